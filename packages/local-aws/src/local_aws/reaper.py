"""End what the server leaves behind when it dies without cleaning up.

Run as a script by `local_aws.processes`, with the server's temporary directory as its
argument. It reads `+ <process group>` and `- <process group>` lines from standard
input. The end of input means that the server is gone, however it went: the groups that
are left are ended and the directory is removed. Standard library only, no imports of
the package: it starts in milliseconds.
"""

import contextlib
import os
import shutil
import signal
import sys
import time

GRACE_SECONDS = 3.0


def main(directory: str) -> None:
    """Track process groups until the end of input, then end them."""
    groups: set[int] = set()
    for line in sys.stdin:
        sign, _, group = line.strip().partition(" ")
        if sign == "+":
            groups.add(int(group))
        else:
            groups.discard(int(group))
    end(groups)
    shutil.rmtree(directory, ignore_errors=True)


def end(groups: set[int]) -> None:
    """Send SIGTERM to process groups, and SIGKILL to those that stay."""
    deadline = time.monotonic() + GRACE_SECONDS
    for group in groups:
        _send(group, signal.SIGTERM)
    while any(_send(group, 0) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.02)
    for group in groups:
        _send(group, signal.SIGKILL)


def _send(group: int, number: int) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
        return True
    return False


if __name__ == "__main__":
    # Ctrl-C is for the server; its end is what this process waits for.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(sys.argv[1])
