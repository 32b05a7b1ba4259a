"""Hosts find each other, though not all names and machines are there at once."""

import queue
import socket
import threading

import pytest

from training.distributed import roll_call
from training.distributed.hosts import Hosts
from training.distributed.roll_call import RollCall, notice_silence
from training.errors import TrainingError

HOSTS = ("algo-1", "algo-2")
MEET_SECONDS = 30.0


def call(name: str) -> RollCall:
    return RollCall(Hosts(HOSTS, name), queue.SimpleQueue())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_first_host_waits_for_its_own_name_and_listens_at_all_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # No address of this machine: a host behind a network has its name elsewhere.
    known = iter([None, None, "192.0.2.1"])
    other = threading.Thread(target=lambda: call("algo-2").meet(MEET_SECONDS))

    def address_of(_: str) -> str:
        if threading.current_thread() is other:
            return "127.0.0.1"
        address = next(known)
        if address is None:
            raise socket.gaierror
        return address

    monkeypatch.setattr(roll_call, "address_of", address_of)
    monkeypatch.setattr(roll_call, "PORT", free_port())
    monkeypatch.setattr(roll_call, "_RETRY_SECONDS", 0.01)
    other.start()
    call("algo-1").meet(MEET_SECONDS)
    other.join(MEET_SECONDS)
    assert not other.is_alive()


def test_a_name_that_never_stands_for_an_address_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def address_of(_: str) -> str:
        raise socket.gaierror

    monkeypatch.setattr(roll_call, "address_of", address_of)
    monkeypatch.setattr(roll_call, "_RETRY_SECONDS", 0.01)
    with pytest.raises(TrainingError, match="algo-1 stands for no address"):
        call("algo-1").meet(0.02)


@pytest.mark.skipif(
    not hasattr(socket, "TCP_USER_TIMEOUT"), reason="an option of Linux"
)
def test_a_host_that_vanishes_is_noticed_within_a_minute() -> None:
    with socket.socket() as peer:
        notice_silence(peer)
        idle, interval, count, timeout_ms = (
            peer.getsockopt(socket.IPPROTO_TCP, option)
            for option in (
                socket.TCP_KEEPIDLE,
                socket.TCP_KEEPINTVL,
                socket.TCP_KEEPCNT,
                socket.TCP_USER_TIMEOUT,
            )
        )
        assert peer.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert idle + interval * count < 60
    assert timeout_ms < 60_000
