"""``python -m serving``: the project's own server, ``serve`` in its image."""

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

# One row uses one thread: a pool per worker would only cost memory and start-up.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from artifact.errors import ArtifactError
from serving.server.cores import usable_cores
from serving.server.port import listen
from serving.server.starting import refusing_requests
from serving.server.supervisor import STOP_SIGNALS, Supervisor, report

_PORT_VARIABLE = "SAGEMAKER_BIND_TO_PORT"
_MOST_WORKERS = 1024
_DIGITS = re.compile(r"[0-9]{1,5}")


def main() -> int:
    """Run the server; returns its exit status."""
    for number in STOP_SIGNALS:
        # Nothing has begun that would have to be finished: the end is at once.
        signal.signal(number, lambda *_: os._exit(0))
    options = _options()
    try:
        sockets = listen(options.host, options.port, options.workers)
    except OSError as error:
        report(
            f"[ERROR] Cannot listen on {options.host}:{options.port}: "
            f"{error.strerror}; stop what uses the port or choose another."
        )
        return 1
    try:
        with refusing_requests(sockets):
            # Imported here for the variable above, and before the workers fork for
            # their memory: what they share is there once.
            from serving.server.worker import run_worker, settle  # noqa: PLC0415
            from serving.service import Service  # noqa: PLC0415

            digest = os.environ.get("FRAUD_MANIFEST_SHA256", "")
            service = Service(options.model_dir, digest)
    except ArtifactError as error:
        report(f"[ERROR] {error}")
        return 1
    port = sockets[0].getsockname()[1]
    with suppress(OSError, ValueError, AttributeError):  # nobody need be reading
        print(
            f"Serving on {options.host}:{port} with {options.workers} workers",
            flush=True,
        )
    settle()
    Supervisor(sockets, lambda listener: run_worker(service, listener)).run()
    return 0


class _Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong, as everything here does."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"[ERROR] {message}.\n")


def _whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not _DIGITS.fullmatch(text) or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(
                f"expected a whole number from {lowest} to {highest}, got {text!r}"
            )
        return int(text)

    return parse


_port = _whole_number(0, 65535)


def _options() -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args()
    if options.port is None:
        try:
            options.port = _port(os.environ.get(_PORT_VARIABLE) or "8080")
        except argparse.ArgumentTypeError as error:
            parser.error(f"{_PORT_VARIABLE}: {error}")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m serving",
        description="Serve a fraud model over HTTP: GET /ping, POST /invocations.",
    )
    # SageMaker starts every serving container with the argument "serve".
    parser.add_argument("serve", nargs="?", choices=["serve"], help=argparse.SUPPRESS)
    parser.add_argument(
        "--model-dir",
        type=Path,
        default=Path(os.environ.get("FRAUD_MODEL_DIR") or "/opt/ml/model"),
        help="unpacked artifact (default: FRAUD_MODEL_DIR, else /opt/ml/model)",
    )
    parser.add_argument("--host", default="0.0.0.0", help="(default: 0.0.0.0)")  # noqa: S104 - a container's only door
    parser.add_argument(
        "--port",
        type=_port,
        help=f"(default: {_PORT_VARIABLE}, else 8080; 0 = any free one)",
    )
    parser.add_argument(
        "--workers",
        type=_whole_number(1, _MOST_WORKERS),
        default=usable_cores(),
        help="processes (default: one per core, within the CPU quota)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
