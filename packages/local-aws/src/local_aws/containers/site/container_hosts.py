"""The other hosts' names, as DNS gives them in AWS: Python finds their addresses.

`/etc/hosts` is the machine's, so the names are resolved in the container's own Python
processes, of what LOCAL_AWS_HOSTS has: a JSON object from names to addresses.
"""

import json
import os
import socket
from collections.abc import Callable
from typing import Any

ADDRESSES: dict[str, str] = json.loads(os.environ["LOCAL_AWS_HOSTS"])


def install() -> None:
    """Resolve the hosts' names wherever the socket module takes a name."""
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        setattr(socket, name, _by_name(getattr(socket, name)))
    for name in ("bind", "connect", "connect_ex"):
        setattr(socket.socket, name, _by_address(getattr(socket.socket, name)))


def _resolved(host: object) -> object:
    return ADDRESSES.get(host, host) if isinstance(host, str) else host


def _by_name(function: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(host: object, *arguments: Any, **settings: Any) -> Any:  # noqa: ANN401
        return function(_resolved(host), *arguments, **settings)

    return resolve


def _by_address(method: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: socket.socket, address: Any) -> Any:  # noqa: ANN401
        if isinstance(address, tuple) and address:
            address = (_resolved(address[0]), *address[1:])
        return method(self, address)

    return call
