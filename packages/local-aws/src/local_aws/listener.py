"""The port on loopback, taken before anything that takes time to import."""

from __future__ import annotations

import errno
import socket

LOOPBACK = "127.0.0.1"


class PortInUseError(Exception):
    """Another program listens on the port."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} is in use; stop the program that listens there, or choose "
            "another port with --port."
        )


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of loopback; 0 takes a free one.

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
            raise PortInUseError(port) from error
        raise
    return listener
