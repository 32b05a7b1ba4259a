"""`local-aws`: AWS on this machine, until Ctrl-C."""

import argparse
import errno
import os
import signal
import socket
import sys
import textwrap
import threading
from collections.abc import Sequence
from types import FrameType

from local_aws.containers.dockerfile import DockerfileImage, ImageOptionError

LOOPBACK = "127.0.0.1"
HIGHEST_PORT = 65_535
DEFAULT_PORT = 4566
DEFAULT_REGION = "us-east-1"
DEFAULT_STARTUP_TIMEOUT_SECONDS = 60.0
DEFAULT_TIME_SCALE = 0.01
#: From this package's directory.
DOCUMENT = "docs/local-aws.md"


class PortInUseError(Exception):
    """Another program listens on the port."""


def parser(program: str, document: str = DOCUMENT) -> argparse.ArgumentParser:
    """Return the command line's parser."""
    command = argparse.ArgumentParser(
        prog=program,
        description="AWS on this machine: the cdk CLI, the SDKs and the aws CLI work "
        "against it as they are. Training jobs and endpoints run as processes.",
        epilog="It listens on loopback only, keeps everything in memory and in one "
        "temporary directory, and leaves nothing when it stops (Ctrl-C). SIGUSR1 "
        "interrupts the spot instances of training jobs. "
        f"{document} lists where it differs from AWS. Example: "
        f"{program} --port 0",
    )
    command.add_argument(
        "--port",
        type=_port,
        default=DEFAULT_PORT,
        help="port on localhost; 0 takes a free one (default: %(default)s)",
    )
    command.add_argument(
        "--image",
        type=_image,
        action="append",
        default=[],
        metavar="REPOSITORY=DIRECTORY",
        help="an image of your own: containers of images in this repository (* matches "
        "any characters) run what the directory's Dockerfile copies and starts; "
        "append ,dockerfile=PATH if it has another name, and ,arguments=ARGUMENTS "
        "for arguments after 'serve'; may be given several times",
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
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name besides localhost that programs may reach it by, for instance "
        "that of a container's gateway; may be given several times",
    )
    command.add_argument(
        "--until-input-ends",
        action="store_true",
        help="stop when standard input ends, as a pipe does when the program that "
        "started it is gone, however it went",
    )
    command.add_argument(
        "--verbose", action="store_true", help="print each AWS request that is served"
    )
    return command


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(
            f"expected a number from 0 to {HIGHEST_PORT}, got {text!r}"
        )
    return int(text)


def _image(text: str) -> DockerfileImage:
    try:
        return DockerfileImage.parse(text)
    except ImageOptionError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _seconds(text: str) -> float:
    seconds = _number(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(
            f"expected a positive number of seconds, got {text!r}"
        )
    return seconds


def _fraction(text: str) -> float:
    factor = _number(text)
    if not 0 < factor <= 1:
        raise argparse.ArgumentTypeError(
            f"expected a number above 0 and up to 1, got {text!r}"
        )
    return factor


def _stop(signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise SystemExit(0)


def stop_when_input_ends() -> None:
    """Wait for the end of standard input in the background, then stop this process."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of loopback; 0 takes a free one.

    It is taken before anything that takes time to import.

    Raises
    ------
    PortInUseError
        If another program listens there.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUseError(
                f"port {port} is in use; stop the program that listens there, or "
                "choose another port with --port."
            ) from error
        raise
    return listener


def main(
    arguments: Sequence[str] | None = None,
    program: str = "local-aws",
    document: str = DOCUMENT,
) -> int:
    """Serve until SIGINT or SIGTERM; return the exit code.

    Parameters
    ----------
    program
        What the user typed, for `--help`.
    document
        Where the user finds what differs from AWS, for `--help`.
    """
    options = parser(program, document).parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    if options.until_input_ends:
        stop_when_input_ends()

    try:
        listener = listen(options.port)
    except PortInUseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1

    # Here, not at the top: moto takes a second to import, and --help and a port in use
    # need none of it.
    from local_aws.server import Server  # noqa: PLC0415

    with Server(
        listener,
        startup_timeout_seconds=options.startup_timeout,
        time_scale=options.time_scale,
        images=options.image,
        hosts=[name.lower() for name in options.allow_host],
        log_requests=options.verbose,
    ) as server:
        signal.signal(signal.SIGUSR1, lambda *_: server.interrupt_spot_instances())
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
