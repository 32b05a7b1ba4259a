"""Local AWS as a child process of the demo."""

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

COMMAND = "fraud local --port 0"
START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 30


class LocalAccountError(Exception):
    """Local AWS did not start."""


@dataclass(frozen=True)
class LocalAccount:
    """A running local AWS: its process and the variables that aim at it."""

    pid: int
    variables: dict[str, str]


@contextlib.contextmanager
def local_account() -> Iterator[LocalAccount]:
    """Start local AWS on a free port, and end it with all it started.

    Raises
    ------
    LocalAccountError
        It ended, or printed no ``export`` lines in time.
    """
    process = subprocess.Popen(  # noqa: S603 (our own command)
        [sys.executable, "-m", *COMMAND.split(), "--until-input-ends"],
        stdin=subprocess.PIPE,  # which ends with the demo, also when that is killed
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # its log repeats what the CDK CLI tells
        start_new_session=True,  # Ctrl-C reaches the demo, which then ends it
    )
    try:
        yield LocalAccount(process.pid, _exported_variables(process))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _exported_variables(process: subprocess.Popen[bytes]) -> dict[str, str]:
    """Read the ``export NAME=value`` lines that end with AWS_ENDPOINT_URL's peers."""
    assert process.stdout is not None  # noqa: S101 (narrowing for mypy)
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    text = ""
    wanted = {"AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID"}
    wanted |= {"AWS_SECRET_ACCESS_KEY"}
    while time.monotonic() < deadline:
        ready, _, _ = select.select([process.stdout], [], [], 0.5)
        if not ready:
            continue
        piece = os.read(process.stdout.fileno(), 4096)
        if not piece:
            break
        text += piece.decode(errors="replace")
        found = dict(re.findall(r"^export (\w+)=(\S+)$", text, re.MULTILINE))
        if wanted <= set(found):
            return found
    raise LocalAccountError(
        f"'{COMMAND}' did not become ready; run it by itself to see why."
    )
