"""Connections between the hosts' agents: who is there, who has failed, and why.

Each host keeps one connection to the first. A host that dies loses it at once, so that
the others know its name; XGBoost's own connections say only that one was lost.
"""

import json
import queue
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from training.distributed.hosts import Hosts, address_of
from training.errors import TrainingError

#: Hosts of a job reach one another on every port; no program of AWS's has this one.
PORT = 29_511
#: Instances of one job do not start at the same moment.
ARRIVAL_SECONDS = 15 * 60.0
_RETRY_SECONDS = 0.5
#: A host that vanishes closes nothing: after so long without an answer it is gone. By
#: default Linux would ask for the first time after two hours.
_SOCKET_OPTIONS = {
    "TCP_KEEPIDLE": 15,  # seconds
    "TCP_KEEPINTVL": 5,  # seconds
    "TCP_KEEPCNT": 4,
    "TCP_USER_TIMEOUT": 35_000,  # milliseconds
}


@dataclass(frozen=True)
class News:
    """What was heard of a host; None when its connection has ended."""

    host: str
    message: dict[str, Any] | None


class RollCall:
    """One host's connections: the first has one to every other."""

    def __init__(self, hosts: Hosts, news: "queue.SimpleQueue[News]") -> None:
        self._hosts, self._news = hosts, news
        self._peers: dict[str, socket.socket] = {}

    def meet(self, within_seconds: float = ARRIVAL_SECONDS) -> None:
        """Wait until the first host knows all the others.

        Raises
        ------
        TrainingError
            Naming who has not come.
        """
        deadline = time.monotonic() + within_seconds
        if self._hosts.is_first:
            self._wait_for_all(deadline)
        else:
            self._join(self._hosts.names[0], deadline)

    def send(self, message: Mapping[str, Any]) -> None:
        """Tell everyone there is a connection to; one that is gone is left out."""
        line = json.dumps(message).encode() + b"\n"
        for peer in self._peers.values():
            try:
                peer.sendall(line)
            except OSError:
                continue

    def _wait_for_all(self, deadline: float) -> None:
        with socket.create_server((self._own_address(deadline), PORT)) as server:
            while missing := set(self._hosts.names[1:]) - set(self._peers):
                server.settimeout(max(0.01, deadline - time.monotonic()))
                try:
                    peer, _ = server.accept()
                except TimeoutError:
                    raise TrainingError(
                        f"{' and '.join(sorted(missing))} did not come; start the job "
                        "again."
                    ) from None
                peer.settimeout(10.0)
                # What is no host of the job says no name of one.
                name = _first_line(peer).get("host")
                if name in missing:
                    self._keep(name, peer)
                else:
                    peer.close()

    def _own_address(self, deadline: float) -> str:
        """Return the address to listen at: all, unless hosts share a machine.

        A host's name may stand for no address yet when its container starts.
        """
        name = self._hosts.current
        while True:
            try:
                address = address_of(name)
            except OSError:
                if time.monotonic() > deadline:
                    raise TrainingError(
                        f"{name} stands for no address; start the job again."
                    ) from None
                time.sleep(_RETRY_SECONDS)
            else:
                return address if ip_address(address).is_loopback else ""

    def _join(self, first: str, deadline: float) -> None:
        own_name = json.dumps({"host": self._hosts.current}).encode() + b"\n"
        while True:
            try:
                peer = socket.create_connection((address_of(first), PORT), timeout=10.0)
                peer.sendall(own_name)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise TrainingError(
                        f"{first} cannot be reached; start the job again."
                    ) from None
                time.sleep(_RETRY_SECONDS)
        self._keep(first, peer)

    def _keep(self, name: str, peer: socket.socket) -> None:
        peer.settimeout(None)
        notice_silence(peer)
        self._peers[name] = peer
        threading.Thread(target=self._listen, args=(name, peer), daemon=True).start()

    def _listen(self, name: str, peer: socket.socket) -> None:
        try:
            with peer.makefile("rb") as lines:
                for line in lines:
                    self._news.put(News(name, json.loads(line)))
        except (OSError, ValueError):
            pass
        self._news.put(News(name, None))


def notice_silence(peer: socket.socket) -> None:
    """End a connection whose other side answers nothing any more."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _SOCKET_OPTIONS.items():
        if hasattr(socket, option):  # not on every platform
            peer.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def _first_line(peer: socket.socket) -> dict[str, Any]:
    """Read one line and not a byte more: what follows is read by another."""
    line = b""
    try:
        while not line.endswith(b"\n") and len(line) < 1024:  # noqa: PLR2004 - a name
            byte = peer.recv(1)
            if not byte:
                return {}
            line += byte
        found = json.loads(line)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
