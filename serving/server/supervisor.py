"""Worker processes around one verified model: started, replaced, ended in order.

The model is loaded once, before the processes fork, so that they share its memory
and a bad artifact ends the server before it is healthy. Each worker has a listening
socket of its own on the same port, between which the kernel spreads connections.
The supervisor holds these sockets too: connections that wait at a worker that dies
are answered by its replacement. Workers end with their supervisor, however it ends.
"""

import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

#: Workers get this long to finish what they have begun; SageMaker kills after 30 s.
DRAIN_SECONDS = 25
#: A worker that lived shorter is replaced only after a pause of this length.
RESTART_PAUSE_SECONDS = 1.0
#: Each ends the server in order. A container's first process ignores what it does
#: not handle, and elsewhere a hang-up would end it without its workers.
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)

# <linux/prctl.h>: a signal for this process when its parent has died.
_PR_SET_PDEATHSIG = 1

RunWorker = Callable[[socket.socket], None]


def report(text: str) -> None:
    """Write a line to standard error, which may be closed or full: that is all."""
    with suppress(OSError, ValueError, AttributeError):
        print(text, file=sys.stderr, flush=True)


class Supervisor:
    """Keeps one worker process per socket until a signal stops it."""

    def __init__(self, sockets: Sequence[socket.socket], run_worker: RunWorker) -> None:
        self._sockets = sockets
        self._run_worker = run_worker
        #: Process → the socket it serves and when it began.
        self._workers: dict[int, tuple[socket.socket, float]] = {}
        self._stopping = False

    def run(self) -> None:
        """Start the workers; return when a stop signal has ended them all."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)
        for listener in self._sockets:
            self._start(listener)
        while self._workers:
            try:
                process, status = os.wait()
            except ChildProcessError:
                break
            worker = self._workers.pop(process, None)
            if worker and not self._stopping:
                self._replace(worker, process, status)

    def _start(self, listener: socket.socket) -> None:
        # A signal in between would be handled by the child as if it were the parent.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            supervisor = os.getpid()
            process = os.fork()
            if process == 0:
                self._become_worker(listener, supervisor)
            self._workers[process] = (listener, time.monotonic())
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        if self._stopping:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)

    def _become_worker(self, listener: socket.socket, supervisor: int) -> None:
        status = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            for number in STOP_SIGNALS:
                signal.signal(number, _leave)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
            _end_with_parent(supervisor)
            for other in self._sockets:
                if other is not listener:
                    other.close()
            self._run_worker(listener)
            status = 0
        except SystemExit:
            status = 0
        except BaseException as error:  # noqa: BLE001 - the end of this process
            report(f"[ERROR] Worker {os.getpid()} failed: {type(error).__name__}.")
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError, ValueError, AttributeError):
                    stream.flush()
            os._exit(status)

    def _replace(
        self, worker: tuple[socket.socket, float], process: int, status: int
    ) -> None:
        listener, began = worker
        code = os.waitstatus_to_exitcode(status)
        report(f"[ERROR] Worker {process} ended with status {code}; starting another.")
        if time.monotonic() - began < RESTART_PAUSE_SECONDS:
            time.sleep(RESTART_PAUSE_SECONDS)
        if not self._stopping:
            self._start(listener)

    def _stop(self, *_: object) -> None:
        """Pass the stop on; whoever is not done after the grace is killed."""
        number = signal.SIGKILL if self._stopping else signal.SIGTERM
        self._stopping = True
        for process in list(self._workers):
            with suppress(ProcessLookupError):
                os.kill(process, number)
        signal.signal(signal.SIGALRM, self._stop)
        signal.alarm(DRAIN_SECONDS + 1)


def _end_with_parent(parent: int) -> None:
    """Receive SIGTERM when the parent dies, or leave if it has died already."""
    with suppress(AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit


def _leave(*_: object) -> None:
    """End a worker through its own clean-up; uvicorn raises its signal again."""
    raise SystemExit
