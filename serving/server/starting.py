"""503 to whoever asks before the model is loaded, verified and tested.

One thread for all connections, each closed after its answer: what asks this early is a
health check, which asks again. No sender holds another one or the start of the server.
"""

import selectors
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import cast

from serving.errors import RequestError

#: What a connection gets, from its first byte to the end of its answer.
_CONNECTION_SECONDS = 1.0
_MOST_CONNECTIONS = 256
_MOST_HEAD_BYTES = 16 * 1024


@contextmanager
def refusing_requests(sockets: Sequence[socket.socket]) -> Iterator[None]:
    """Answer every request to listening sockets with 503 until the block ends.

    Connections that are not accepted by then wait for the server that follows.
    """
    stopped, stop = socket.socketpair()
    for listener in sockets:
        # A client that has gone by the time we accept must not hold the thread.
        listener.settimeout(0)
    thread = threading.Thread(
        target=_Refusals(sockets, stopped).run, name="starting", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.close()
        thread.join()
        stopped.close()
        for listener in sockets:
            listener.settimeout(None)


class _Refusals:
    """Connections that are being refused."""

    def __init__(
        self, sockets: Sequence[socket.socket], stopped: socket.socket
    ) -> None:
        self._stopped = stopped
        self._selector = selectors.DefaultSelector()
        for one in (stopped, *sockets):
            self._selector.register(one, selectors.EVENT_READ)
        self._listeners = frozenset(sockets)
        #: Connection → when it ends, and its head so far; None once it is answered.
        self._open: dict[socket.socket, tuple[float, bytes | None]] = {}

    def run(self) -> None:
        """Refuse until the other end of `stopped` is closed."""
        with self._selector:
            while True:
                wait = _CONNECTION_SECONDS / 4 if self._open else None
                events = self._selector.select(wait)
                ready = [cast("socket.socket", key.fileobj) for key, _ in events]
                if self._stopped in ready:
                    break
                for one in ready:
                    # Whoever goes away while we answer is not missed.
                    with suppress(OSError):
                        if one in self._listeners:
                            self._accept(one)
                        else:
                            self._receive(one)
                now = time.monotonic()
                for one in [c for c, (end, _) in self._open.items() if end < now]:
                    self._close(one)
            for one in list(self._open):
                self._close(one)

    def _accept(self, listener: socket.socket) -> None:
        connection = listener.accept()[0]
        if len(self._open) >= _MOST_CONNECTIONS:
            connection.close()
            return
        connection.settimeout(0)
        self._open[connection] = (time.monotonic() + _CONNECTION_SECONDS, b"")
        self._selector.register(connection, selectors.EVENT_READ)

    def _receive(self, connection: socket.socket) -> None:
        end, head = self._open[connection]
        try:
            received = connection.recv(_MOST_HEAD_BYTES)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self._close(connection)
        elif head is not None:
            head += received
            if b"\r\n\r\n" in head or len(head) > _MOST_HEAD_BYTES:
                connection.sendall(_answer_bytes())
                # Closing on unread bytes would take the answer back: read on.
                connection.shutdown(socket.SHUT_WR)
                self._open[connection] = (end, None)
            else:
                self._open[connection] = (end, head)

    def _close(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        del self._open[connection]
        connection.close()


def _answer_bytes() -> bytes:
    body = RequestError(
        503, "starting", expected="a loaded model", got="one that is being loaded"
    ).body()
    return (
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
        b"Retry-After: 1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b"
        % (len(body), body)
    )
