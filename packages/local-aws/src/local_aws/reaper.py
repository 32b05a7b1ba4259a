"""End what the server leaves behind when it dies without cleaning up.

Run as a script by `local_aws.processes`, with the server's temporary directory as its
argument. The end of its standard input means that the server is gone, however it went:
the containers' processes are ended and the directory is removed. Standard library only,
no imports of the package: it starts in milliseconds.

A process belongs to a container if it is in its process group, or carries its mark in
the environment, which also those have that made a session of their own (`setsid`).
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

GRACE_SECONDS = 3.0
#: Environment variable of a container's processes: a path below the server's directory.
MARK = "LOCAL_AWS_CONTAINER"
PROCESSES = Path("/proc")


def main(directory: str) -> None:
    """Track process groups until the end of input, then end them."""
    groups: set[int] = set()
    for line in sys.stdin:
        sign, _, group = line.strip().partition(" ")
        if sign == "+":
            groups.add(int(group))
        else:
            groups.discard(int(group))
    end(groups, directory)
    shutil.rmtree(directory, ignore_errors=True)


def end(groups: set[int], directory: str) -> None:
    """Send SIGTERM to containers' processes, and SIGKILL to those that stay."""
    deadline = time.monotonic() + GRACE_SECONDS
    for group in groups:
        _send(group, signal.SIGTERM)
    for process in marked(directory):
        send(process, signal.SIGTERM)
    while time.monotonic() < deadline and (
        any(_send(group, 0) for group in groups) or marked(directory)
    ):
        time.sleep(0.02)
    for group in groups:
        _send(group, signal.SIGKILL)
    kill_marked(directory)


def marked(mark: str) -> list[int]:
    """Return the processes whose mark is a path, or below it; none without /proc."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for path in PROCESSES.glob("[0-9]*/environ"):
        try:
            variables = path.read_bytes().split(b"\0")
        except OSError:  # it has ended, or is another user's
            continue
        if any(one == wanted or one.startswith(wanted + b"/") for one in variables):
            found.append(int(path.parent.name))
    return found


def kill_marked(mark: str) -> None:
    """Send SIGKILL to marked processes, and to those that they start meanwhile."""
    for _ in range(100):
        found = marked(mark)
        if not found:
            return
        for process in found:
            send(process, signal.SIGKILL)
        time.sleep(0.01)


def send(process: int, number: int) -> None:
    """Send a signal to a process, which may have ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(process, number)


def _send(group: int, number: int) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    # Ctrl-C is for the server; its end is what this process waits for.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(sys.argv[1])
