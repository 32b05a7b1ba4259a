"""Starts this host's worker and ends it when any host fails, with that host's name.

The agent itself uses no OpenMP and little memory: whatever becomes of the worker, the
agent is there to say it, and when the agent dies the worker ends too.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from training.distributed.hosts import Hosts
from training.distributed.roll_call import News, RollCall
from training.errors import TrainingError

#: So long an agent waits for the name of the host whose death broke its own worker.
_BLAME_SECONDS = 10.0
_OWN = "worker"


def train_with_others(
    hosts: Hosts, code: Path, options: Sequence[str], environment: Mapping[str, str]
) -> None:
    """Run this host's part of a job of several hosts.

    Raises
    ------
    TrainingError
        With the name of the host that failed, and its reason.
    """
    if find_spec("xgboost") is None:
        raise TrainingError(
            "A job of several instances needs the package xgboost-cpu, which is not "
            "installed; start it with 'fraud launch --instances', which sends it."
        )
    news: queue.SimpleQueue[News] = queue.SimpleQueue()
    roll_call = RollCall(hosts, news)
    roll_call.meet()
    print(f"{hosts.current} of {len(hosts)} hosts", flush=True)
    agent = _Agent(hosts, roll_call, news)
    reason = agent.run(_command(options), _environment(code, environment))
    if reason:
        roll_call.send({"failed": reason})
        raise TrainingError(reason)


class _Agent:
    def __init__(
        self, hosts: Hosts, roll_call: RollCall, news: "queue.SimpleQueue[News]"
    ) -> None:
        self._hosts, self._roll_call, self._news = hosts, roll_call, news
        self._worker: subprocess.Popen[str] | None = None

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> str:
        """Return why the job failed; "" when this host's part is done."""
        try:
            self._start(command, environment)
            return self._watch()
        finally:
            if self._worker is not None and self._worker.poll() is None:
                self._worker.kill()
                self._worker.wait()

    def _start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        read, write = os.pipe()
        self._worker = subprocess.Popen(  # noqa: S603 - our own module
            [*command, "--report-to", str(write)],
            stdin=subprocess.PIPE,
            text=True,
            env=environment,
            pass_fds=(write,),
        )
        os.close(write)
        threading.Thread(target=self._listen, args=(read,), daemon=True).start()

    def _listen(self, read: int) -> None:
        with os.fdopen(read) as lines:
            for line in lines:
                self._news.put(News(_OWN, json.loads(line)))
        self._news.put(News(_OWN, None))

    def _watch(self) -> str:
        hosts = self._hosts
        waited_for = set(hosts.names) if hosts.is_first else {hosts.current}
        working = set(hosts.names)
        suspicion, deadline = "", None
        while waited_for & working:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                news = self._news.get(timeout=left)
            except queue.Empty:
                break
            failure, is_certain = self._heard(news, working)
            if failure and is_certain:
                return failure
            if failure and not suspicion:
                suspicion = failure
                deadline = time.monotonic() + _BLAME_SECONDS
        return suspicion

    def _heard(self, news: News, working: set[str]) -> tuple[str, bool]:
        """Return a failure, and whether it is the cause and not its consequence."""
        own = news.host == _OWN
        host = self._hosts.current if own else news.host
        if news.message is None:
            if host not in working:
                return "", False
            return (
                self._ended() if own else (f"{host} is gone: its process ended", True)
            )
        message = news.message
        if "tracker" in message:
            self._pass_on(message, own=own)
        elif "done" in message:
            working.discard(host)
            if own:
                self._roll_call.send(message)
        elif "failed" in message:
            reason = str(message["failed"])
            return (f"{host}: {reason}" if own else reason), True
        elif "broken" in message:
            return f"{host}: {message['broken']}", False
        return "", False

    def _pass_on(self, message: Mapping[str, Any], *, own: bool) -> None:
        """Bring the tracker's address from the first host's worker to the others'."""
        if own:
            self._roll_call.send(message)
        elif self._worker is not None and self._worker.stdin is not None:
            self._worker.stdin.write(json.dumps(message) + "\n")
            self._worker.stdin.flush()

    def _ended(self) -> tuple[str, bool]:
        """Say how the worker ended that did not say that it was done."""
        code = self._worker.wait() if self._worker is not None else 0
        host = self._hosts.current
        if code < 0:
            name = signal.Signals(-code).name
            more = (
                "; its memory may have run out: take more or larger instances"
                if -code == signal.SIGKILL
                else ""
            )
            return f"{host} was ended by {name}{more}.", True
        return f"{host} ended with exit code {code}; its log has more.", False


def _command(options: Sequence[str]) -> list[str]:
    return [sys.executable, "-P", "-m", "training.distributed.worker", *options]


def _environment(code: Path, environment: Mapping[str, str]) -> dict[str, str]:
    paths = [str(code), environment.get("PYTHONPATH", "")]
    return {
        **environment,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        # Threads that wait for others must not spin: hosts may share cores.
        "OMP_WAIT_POLICY": "PASSIVE",
        # What one step has freed must not stay with the process through the next one.
        "MALLOC_MMAP_THRESHOLD_": "400000",  # bytes
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }
