"""`python -m local_aws`: AWS on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import textwrap
from typing import TYPE_CHECKING

from local_aws.listener import PortInUseError, listen

if TYPE_CHECKING:
    from types import FrameType

DEFAULT_PORT = 4566
DEFAULT_REGION = "us-east-1"
DEFAULT_STARTUP_TIMEOUT_SECONDS = 60.0
DEFAULT_TIME_SCALE = 0.01


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser."""
    command = argparse.ArgumentParser(
        prog="python -m local_aws",
        description="AWS on this machine: the cdk CLI, the SDKs and the aws CLI work "
        "against it as they are. Training jobs and endpoints run as processes.",
        epilog="It listens on loopback only, keeps everything in memory and in one "
        "temporary directory, and leaves nothing when it stops (Ctrl-C). "
        "docs/local-aws.md lists where it differs from AWS.",
    )
    command.add_argument(
        "--port",
        type=_port,
        default=DEFAULT_PORT,
        help="port on localhost; 0 takes a free one (default: %(default)s)",
    )
    command.add_argument(
        "--startup-timeout",
        type=_seconds,
        default=DEFAULT_STARTUP_TIMEOUT_SECONDS,
        metavar="SECONDS",
        help="longest wait for a serving container's first healthy /ping; a shorter "
        "ContainerStartupHealthCheckTimeoutInSeconds wins (default: %(default)g)",
    )
    command.add_argument(
        "--time-scale",
        type=_fraction,
        default=DEFAULT_TIME_SCALE,
        metavar="FACTOR",
        help="how long the waits of an endpoint's update last (baking, termination), "
        "as a part of what its DeploymentConfig says: with 0.01 five minutes take "
        "three seconds (default: %(default)g)",
    )
    command.add_argument(
        "--verbose", action="store_true", help="print each AWS request that is served"
    )
    return command


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65_535:  # noqa: PLR2004
        message = f"expected a number from 0 to 65535, got {text!r}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        message = f"expected a positive number of seconds, got {text!r}"
        raise argparse.ArgumentTypeError(message)
    return seconds


def _fraction(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor <= 1:
        message = f"expected a number above 0 and up to 1, got {text!r}"
        raise argparse.ArgumentTypeError(message)
    return factor


def _stop(signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise SystemExit(0)


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; return the exit code."""
    options = parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)

    try:
        listener = listen(options.port)
    except PortInUseError as error:
        print(f"local_aws: {error}", file=sys.stderr)
        return 1

    # Here, not at the top: moto takes a second to import, and --help and a port in use
    # need none of it.
    from local_aws.server import Server  # noqa: PLC0415

    with Server(
        listener,
        startup_timeout_seconds=options.startup_timeout,
        time_scale=options.time_scale,
        log_requests=options.verbose,
    ) as server:
        print(_banner(server.url), flush=True)
        server.serve_forever()
    return 0


def _banner(url: str) -> str:
    return textwrap.dedent(
        f"""\
        AWS on this machine is ready. In another shell:

        export AWS_ENDPOINT_URL={url}
        export AWS_REGION={DEFAULT_REGION}
        export AWS_DEFAULT_REGION={DEFAULT_REGION}
        export AWS_ACCESS_KEY_ID=local
        export AWS_SECRET_ACCESS_KEY=local

        Ctrl-C stops it and removes everything in it."""
    )


if __name__ == "__main__":
    sys.exit(main())
