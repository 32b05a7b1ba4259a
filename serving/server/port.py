"""Listening sockets on a port that no other server shares."""

import socket

_BACKLOG = 2048


class Listener(socket.socket):
    """A listening socket; the name of its port is given up when it is closed."""

    name: socket.socket | None = None

    def close(self) -> None:
        """Close both."""
        super().close()
        if self.name is not None:
            self.name.close()


def listen(host: str, port: int, count: int) -> list[Listener]:
    """Bind `count` listening sockets to the same port.

    Several sockets on one port need ``SO_REUSEPORT``, which lets another server of
    the same user join them unseen: half of the requests would be answered by another
    model. A first socket without it finds whoever listens already, and a name that
    only one process can have settles between two that start at the same moment.

    Raises
    ------
    OSError
        If the port is in use or not permitted.
    """
    name = _take_name(host, port) if port else None
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            if not port:
                port = probe.getsockname()[1]
                name = _take_name(host, port)
            if count == 1:
                listeners = [Listener(fileno=probe.detach())]
        if count > 1:
            listeners = [_bind(host, port) for _ in range(count)]
    except OSError:
        if name is not None:
            name.close()
        raise
    listeners[0].name = name
    for listener in listeners:
        listener.listen(_BACKLOG)
    return listeners


def _bind(host: str, port: int) -> Listener:
    listener = Listener()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    return listener


def _take_name(host: str, port: int) -> socket.socket:
    """Take a port's name among Linux's abstract socket names, which end with us.

    They belong to a network namespace, as ports do:
    https://man7.org/linux/man-pages/man7/unix.7.html
    """
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0fraud-serving/{host}:{port}")
    except OSError:
        name.close()
        raise
    return name
