"""Servers that fork from a process that has imported everything.

A test module has a server of its own, empty and gone afterwards. One that is started
anew spends three seconds of processor time on imports; one that is forked, none.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

_forking = multiprocessing.get_context("forkserver")


class ForkedServer:
    """A server process, as `Popen` has one.

    Attributes
    ----------
    stdout
        Lines that it prints.
    """

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        _forking.set_forkserver_preload(["local_aws.testing.warm"])
        # It ends when its input does: with the tests, however they end.
        input_end, self._input = _forking.Pipe(duplex=False)
        self._output, output_end = _forking.Pipe(duplex=False)
        self.stdout = open(  # noqa: SIM115 -- closed with its Connection
            self._output.fileno(), encoding="utf-8", closefd=False
        )
        # A daemon: a program that ends normally would else wait for it, before its end
        # of the pipe closes.
        self._process: ForkServerProcess = _forking.Process(
            target=_serve,
            args=(list(arguments), dict(environment), input_end, output_end),
            daemon=True,
        )
        self._process.start()
        input_end.close()
        output_end.close()

    @property
    def pid(self) -> int:
        """The server's process."""
        pid = self._process.pid
        assert pid is not None
        return pid

    def poll(self) -> int | None:
        """Return the exit code, None while it runs; negative for a signal."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; return the exit code."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise TimeoutError(f"local AWS still runs after {timeout} seconds")
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal; one that has ended needs none."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


def _serve(
    arguments: list[str],
    environment: dict[str, str],
    input_end: Connection,
    output_end: Connection,
) -> None:
    """Be `python -m local_aws`, with pipes as standard input and output."""
    # Not in the tests' process.
    from moto.moto_api._internal import mock_random  # noqa: PLC0415

    from local_aws.__main__ import main  # noqa: PLC0415

    # The fork has the identifiers that every other one would give.
    mock_random.seed(os.urandom(16))
    os.setsid()
    os.dup2(input_end.fileno(), 0)
    for descriptor in (1, 2):
        os.dup2(output_end.fileno(), descriptor)
    input_end.close()
    output_end.close()
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 -- open to the end
    sys.stdout = sys.stderr = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    sys.exit(main(arguments))
