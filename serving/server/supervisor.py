"""Worker processes around one verified model: started, replaced, ended in order.

The model is loaded once, before the processes fork, so that they share its memory
and a bad artifact ends the server before it is healthy. Each worker has a listening
socket of its own on the same port, between which the kernel spreads connections.
The supervisor holds these sockets too: connections that wait at a worker that dies
are answered by its replacement.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence

#: Workers get this long to finish what they have begun; SageMaker kills after 30 s.
DRAIN_SECONDS = 25
#: A worker that lived shorter is replaced only after a pause of this length.
RESTART_PAUSE_SECONDS = 1.0
_BACKLOG = 2048

RunWorker = Callable[[socket.socket], None]


def listen(host: str, port: int, count: int) -> list[socket.socket]:
    """Bind `count` listening sockets to the same port.

    Raises
    ------
    OSError
        If the port is in use or not permitted.
    """
    sockets = []
    for _ in range(count):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Alone on the port, a socket must not let another server join.
        if count > 1:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
        port = port or listener.getsockname()[1]
        sockets.append(listener)
    return sockets


class Supervisor:
    """Keeps one worker process per socket until it is told to stop."""

    def __init__(self, sockets: Sequence[socket.socket], run_worker: RunWorker) -> None:
        self._sockets = sockets
        self._run_worker = run_worker
        #: Process → the socket it serves and when it began.
        self._workers: dict[int, tuple[socket.socket, float]] = {}
        self._stopping = False

    def run(self) -> None:
        """Start the workers; return when SIGTERM or SIGINT has ended them all."""
        for number in (signal.SIGTERM, signal.SIGINT):
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
        process = os.fork()
        if process == 0:
            self._become_worker(listener)
        self._workers[process] = (listener, time.monotonic())

    def _become_worker(self, listener: socket.socket) -> None:
        status = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, _leave)
            for other in self._sockets:
                if other is not listener:
                    other.close()
            self._run_worker(listener)
            status = 0
        except SystemExit:
            status = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _replace(
        self, worker: tuple[socket.socket, float], process: int, status: int
    ) -> None:
        listener, began = worker
        code = os.waitstatus_to_exitcode(status)
        print(
            f"[ERROR] Worker {process} ended with status {code}; starting another.",
            file=sys.stderr,
            flush=True,
        )
        if time.monotonic() - began < RESTART_PAUSE_SECONDS:
            time.sleep(RESTART_PAUSE_SECONDS)
        if not self._stopping:
            self._start(listener)

    def _stop(self, *_: object) -> None:
        """Pass the signal on; whoever is not done after the grace is killed."""
        number = signal.SIGKILL if self._stopping else signal.SIGTERM
        self._stopping = True
        for process in self._workers:
            os.kill(process, number)
        signal.signal(signal.SIGALRM, self._stop)
        signal.alarm(DRAIN_SECONDS + 1)


def _leave(*_: object) -> None:
    """End a worker through its own clean-up; uvicorn raises its signal again."""
    raise SystemExit
