"""503 to whoever asks before the model is loaded, verified and tested.

One thread, one connection at a time, each closed after its answer: what asks this
early is a health check, which asks again.
"""

import selectors
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from serving.errors import RequestError

#: What a connection gets to send its request's head; loading waits for no sender.
_CONNECTION_SECONDS = 0.25
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
    thread = threading.Thread(target=_refuse, args=(sockets, stopped), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.close()
        thread.join()
        stopped.close()
        for listener in sockets:
            listener.settimeout(None)


def _refuse(sockets: Sequence[socket.socket], stopped: socket.socket) -> None:
    with selectors.DefaultSelector() as selector:
        for one in (stopped, *sockets):
            selector.register(one, selectors.EVENT_READ)
        while ready := [key.fileobj for key, _ in selector.select()]:
            if stopped in ready:
                return
            for listener in sockets:
                if listener in ready:
                    # Whoever goes away while we answer is not missed.
                    with suppress(OSError):
                        _answer(listener.accept()[0])


def _answer(connection: socket.socket) -> None:
    with connection:
        connection.settimeout(_CONNECTION_SECONDS)
        head = b""
        while b"\r\n\r\n" not in head and len(head) < _MOST_HEAD_BYTES:
            received = connection.recv(_MOST_HEAD_BYTES)
            if not received:
                return
            head += received
        connection.sendall(_answer_bytes())
        connection.shutdown(socket.SHUT_WR)
        # Closing on unread bytes would take the answer back.
        while connection.recv(_MOST_HEAD_BYTES):
            pass


def _answer_bytes() -> bytes:
    body = RequestError(
        503, "starting", expected="a loaded model", got="one that is being loaded"
    ).body()
    return (
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
        b"Retry-After: 1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b"
        % (len(body), body)
    )
