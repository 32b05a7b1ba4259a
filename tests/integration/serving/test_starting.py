"""What a health check sees of a server that is still loading its model."""

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from serving.server.port import listen
from serving.server.starting import refusing_requests
from tests.integration.serving.running import ROOT, wait_until
from tests.unit.serving.sample_artifact import write_artifact


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    bound: list[socket.socket] = [*listen("127.0.0.1", 0, 2)]
    yield bound
    for one in bound:
        one.close()


def connect(sockets: list[socket.socket]) -> http.client.HTTPConnection:
    port = sockets[0].getsockname()[1]
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30)


def test_health_is_503_from_the_first_moment_and_200_when_loaded(
    tmp_path: Path,
) -> None:
    model_dir = tmp_path / "model"
    model_dir.mkdir()
    write_artifact(model_dir)
    (bound,) = listen("127.0.0.1", 0, 1)
    port = bound.getsockname()[1]
    bound.close()
    options = [
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--model-dir",
        str(model_dir),
    ]
    command = [sys.executable, "-m", "serving", *options, "--workers", "1"]
    process = subprocess.Popen(command, cwd=ROOT)
    seen: list[int] = []

    def is_healthy() -> bool:
        assert process.poll() is None
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/ping")
            seen.append(connection.getresponse().status)
        except ConnectionRefusedError:
            return False
        finally:
            connection.close()
        return seen[-1] == 200

    try:
        wait_until(is_healthy)
    finally:
        process.terminate()
        process.wait(60)
    assert seen[:-1] == [503] * (len(seen) - 1)
    assert len(seen) > 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "/ping", b""), ("POST", "/invocations", b" " * 100_000)],
)
def test_every_request_is_told_to_come_again(
    sockets: list[socket.socket], method: str, path: str, body: bytes
) -> None:
    with refusing_requests(sockets):
        for _ in range(5):
            connection = connect(sockets)
            connection.request(method, path, body)
            response = connection.getresponse()
            assert response.status == 503
            assert response.headers["Retry-After"] == "1"
            assert json.loads(response.read())["error"]["code"] == "starting"
            connection.close()


def test_a_sender_without_a_request_holds_neither_the_others_nor_the_start(
    sockets: list[socket.socket],
) -> None:
    with refusing_requests(sockets):
        address = sockets[0].getsockname()
        silent = [socket.create_connection(address) for _ in range(3)]
        gone = socket.create_connection(address)
        gone.close()
        connection = connect(sockets)
        connection.request("GET", "/ping")
        assert connection.getresponse().status == 503
        connection.close()
    for one in silent:
        one.close()


def test_the_sockets_are_left_to_the_server_that_follows(
    sockets: list[socket.socket],
) -> None:
    with refusing_requests(sockets):
        pass
    waiting = socket.create_connection(sockets[0].getsockname())
    waiting.sendall(b"x")
    for one in sockets:
        one.setblocking(False)
    accepted: list[socket.socket] = []

    def is_accepted() -> bool:
        for one in sockets:
            try:
                accepted.append(one.accept()[0])
            except BlockingIOError:
                continue
        return bool(accepted)

    wait_until(is_accepted)
    accepted[0].setblocking(True)
    assert accepted[0].recv(1) == b"x"
    accepted[0].close()
    waiting.close()


def test_senders_that_drip_keep_neither_the_others_nor_the_start_waiting(
    sockets: list[socket.socket],
) -> None:
    stop = threading.Event()

    def drip(connection: socket.socket) -> None:
        with suppress(OSError):
            while not stop.wait(0.05):
                connection.sendall(b"x")

    with ExitStack() as stack:
        stack.callback(stop.set)
        with refusing_requests(sockets):
            for _ in range(20):
                sender = socket.create_connection(sockets[0].getsockname())
                stack.callback(sender.close)
                threading.Thread(target=drip, args=(sender,), daemon=True).start()
            connection = connect(sockets)
            connection.request("GET", "/ping")
            assert connection.getresponse().status == 503
            connection.close()
            started = time.monotonic()
        assert time.monotonic() - started < 2
