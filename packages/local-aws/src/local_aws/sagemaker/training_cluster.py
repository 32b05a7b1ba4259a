"""The hosts' programs of a training job, run until all have ended or one has failed."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from local_aws import server_state
from local_aws.processes import Command, ContainerProcess
from local_aws.sagemaker.training_host import Host

POLL_SECONDS = 0.05
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html
STOP_GRACE_SECONDS = 120.0
#: What hosts have to end by themselves after the first that failed, before they are
#: stopped: one that is killed takes others with it, and their order does not tell why.
SETTLE_SECONDS = 1.0
#: What AWS gives the hosts beside one that failed is not documented.
PEER_GRACE_SECONDS = 5.0


@dataclass(frozen=True)
class Ended:
    """A host whose program ended by itself; the code is negative for a signal."""

    host: Host
    exit_code: int

    @property
    def was_killed(self) -> bool:
        """Whether a signal ended it, or a shell says so of its child."""
        return self.exit_code < 0 or self.exit_code > 128  # noqa: PLR2004


def run(
    commands: Sequence[tuple[Host, Command]], outcome: Callable[[], str | None]
) -> tuple[str, list[Ended]]:
    """Run every host's command to the end of the job.

    Parameters
    ----------
    outcome
        Asked again and again: what ends the job now, such as "Stopped", or None.

    Returns
    -------
    The outcome ("Completed", "Failed", or what ended it), and the hosts that failed,
    the likely cause first.
    """
    processes = server_state.current().processes
    ended: queue.SimpleQueue[Ended] = queue.SimpleQueue()
    running: dict[Host, ContainerProcess] = {}
    try:
        for host, command in commands:
            running[host] = processes.start(command, host.log.write)
            _watch(host, running[host], ended)
        return _wait(dict(running), ended, outcome)
    finally:
        _stop(running.values(), PEER_GRACE_SECONDS)
        for process in running.values():
            processes.ended(process)


def _watch(
    host: Host, process: ContainerProcess, ended: "queue.SimpleQueue[Ended]"
) -> None:
    def wait() -> None:
        ended.put(Ended(host, process.wait() or 0))

    threading.Thread(target=wait, daemon=True).start()


def _wait(
    running: dict[Host, ContainerProcess],
    ended: "queue.SimpleQueue[Ended]",
    outcome: Callable[[], str | None],
) -> tuple[str, list[Ended]]:
    while running:
        try:
            one = ended.get(timeout=POLL_SECONDS)
        except queue.Empty:
            if reason := outcome():
                _stop(running.values(), STOP_GRACE_SECONDS)
                return reason, []
            continue
        del running[one.host]
        if one.exit_code:
            return "Failed", _failures(one, len(running), ended)
    return "Completed", []


def _failures(
    first: Ended, running: int, ended: "queue.SimpleQueue[Ended]"
) -> list[Ended]:
    """Return what failed within the settle time: the killed first, then by time."""
    failures = [first]
    deadline = time.monotonic() + SETTLE_SECONDS
    for _ in range(running):
        try:
            one = ended.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        if one.exit_code:
            failures.append(one)
    return sorted(failures, key=lambda one: not one.was_killed)


def _stop(processes: Iterable[ContainerProcess], grace_seconds: float) -> None:
    """Stop those that run, all at the same time."""
    running = [one for one in processes if one.exit_code is None]
    if running:
        with ThreadPoolExecutor(len(running)) as pool:
            list(pool.map(lambda one: one.stop(grace_seconds), running))
