"""A server of local AWS for tests: started, waited for, stopped, nothing left."""

import functools
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

import boto3
import psutil

from local_aws.testing.forked import ForkedServer

START_SECONDS = 30.0
STOP_SECONDS = 30.0
PROGRAM = (sys.executable, "-m", "local_aws")
SERVED = ("--port", "0", "--until-input-ends")
EXPORT = re.compile(r"^export (\w+)=(\S+)$")


class Process(Protocol):
    """What tests do with a server's process, as `Popen` has it."""

    @property
    def pid(self) -> int: ...  # noqa: D102
    @property
    def stdout(self) -> IO[str] | None: ...  # noqa: D102
    def poll(self) -> int | None: ...  # noqa: D102
    def wait(self, timeout: float | None = None) -> int: ...  # noqa: D102
    def send_signal(self, number: int, /) -> None: ...  # noqa: D102
    def terminate(self) -> None: ...  # noqa: D102


@dataclass(frozen=True)
class LocalAws:
    """A running `python -m local_aws`.

    Attributes
    ----------
    url
        `http://localhost:<port>`.
    environment
        The variables that aim the SDKs, the cdk and the aws CLI at it; no more.
    """

    url: str
    environment: dict[str, str]
    process: Process
    output: list[str]
    _clients: dict[str, Any] = field(default_factory=dict)

    @functools.cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            region_name=self.environment["AWS_REGION"],
        )

    def client(self, service: str) -> Any:
        """Return a boto3 client of a service."""
        if service not in self._clients:
            self._clients[service] = self._session.client(  # type: ignore[call-overload]
                service, endpoint_url=self.url
            )
        return self._clients[service]

    def interrupt_spot_instances(self) -> None:
        """Take the instances of spot training jobs away; the jobs start again."""
        self.process.send_signal(signal.SIGUSR1)


def eventually(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Poll until a condition holds; fail after the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.02)


def processes() -> dict[int, tuple[int, str]]:
    """Return parent and command of every process on this machine, zombies left out."""
    fields = ["ppid", "status", "cmdline", "name"]
    return {
        one.pid: (
            one.info["ppid"],
            " ".join(one.info["cmdline"] or [one.info["name"]]),
        )
        for one in psutil.process_iter(fields)
        if one.info["status"] != psutil.STATUS_ZOMBIE
    }


def descendants(pid: int) -> dict[int, str]:
    """Return a process's children, their children and so on, with their commands."""
    table = processes()
    found: dict[int, str] = {}
    pending = [pid]
    while pending:
        parent = pending.pop()
        children = [one for one, (of, _) in table.items() if of == parent]
        found |= {one: table[one][1] for one in children}
        pending += children
    return found


def alive(before: dict[int, str]) -> dict[int, str]:
    """Return those of some processes that still run."""
    table = processes()
    return {
        pid: command
        for pid, command in before.items()
        if pid in table and table[pid][1] == command
    }


def start_local_aws(
    temporary: Path, *arguments: str, program: Sequence[str] = PROGRAM
) -> LocalAws:
    """Start a server on a free port and wait until it is ready.

    It ends with the process that called, also when that is killed.
    """
    return _when_ready(
        subprocess.Popen(
            [*program, *SERVED, *arguments],
            env=_variables(temporary),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    )


def fork_local_aws(temporary: Path, *arguments: str) -> LocalAws:
    """Do the same by a fork of a process that has imported everything."""
    return _when_ready(ForkedServer([*SERVED, *arguments], _variables(temporary)))


def _variables(temporary: Path) -> dict[str, str]:
    own = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return {**own, "TMPDIR": str(temporary)}


def _when_ready(process: Process) -> LocalAws:
    output: list[str] = []

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            output.append(line.rstrip("\n"))  # noqa: PERF401  (read as it grows)

    threading.Thread(target=read, daemon=True).start()
    exported: dict[str, str] = {}

    def ready() -> bool:
        matches = [EXPORT.match(line) for line in list(output)]
        exported.update({match[1]: match[2] for match in matches if match})
        assert process.poll() is None, "\n".join(output)
        return "AWS_SECRET_ACCESS_KEY" in exported

    eventually(ready, START_SECONDS)
    # What is promised to be enough, not all that it prints for convenience.
    names = (
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    )
    environment = {name: exported[name] for name in names}
    return LocalAws(environment["AWS_ENDPOINT_URL"], environment, process, output)


def stop_local_aws(server: LocalAws, temporary: Path) -> None:
    """Stop a server and assert that nothing of it is left."""
    children = descendants(server.process.pid)
    server.process.terminate()
    server.process.wait(STOP_SECONDS)
    eventually(lambda: not alive(children), STOP_SECONDS)
    left = [path.name for path in temporary.iterdir() if "local-aws-" in path.name]
    assert left == [], f"temporary directories were left behind: {left}"
