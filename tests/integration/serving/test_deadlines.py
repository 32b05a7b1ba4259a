"""Senders that never finish, with the deadlines cut to a fraction of a second."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from serving.server import http_protocol
from serving.server.asgi import AsgiApplication
from serving.service import Service
from tests.integration.serving.running import wait_until
from tests.unit.serving.sample_artifact import write_artifact


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    model_dir = tmp_path / "model"
    model_dir.mkdir()
    write_artifact(model_dir)
    monkeypatch.setattr(http_protocol, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(http_protocol, "KEEP_ALIVE_SECONDS", 0.6)
    monkeypatch.setattr(http_protocol, "_SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(http_protocol.Protocol, "_sweeping", False)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    service = Service(model_dir)
    config = uvicorn.Config(
        AsgiApplication(service, body_seconds=0.3),
        http=http_protocol.Protocol,
        interface="asgi3",
        proxy_headers=False,
        lifespan="off",
        log_config=None,
        limit_concurrency=100,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listener]))
    )
    thread.start()
    wait_until(lambda: server.started)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(30)
    service.log.flush()
    assert not thread.is_alive()


def read_head(connection: socket.socket) -> bytes:
    connection.settimeout(30)
    data = b""
    while b"\r\n\r\n" not in data and (chunk := connection.recv(1)):
        data += chunk
    return data


def read_all(connection: socket.socket) -> bytes:
    connection.settimeout(30)
    data = b""
    while chunk := connection.recv(65536):
        data += chunk
    return data


HEAD = b"POST /invocations HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /invoc",
        HEAD,
        HEAD + b"Content-Length: 10\r\n\r\n",
        HEAD + b"Content-Length: 10\r\n\r\n{",
        HEAD + b"Content-Length: 100000\r\n\r\n{",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    ],
    ids=["line", "headers", "no-body", "short-body", "large-body", "chunked"],
)
def test_a_request_that_never_becomes_complete_is_408_and_closed(
    port: int, sent: bytes
) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(sent)
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 408 ")
    error = json.loads(answer.partition(b"\r\n\r\n")[2])["error"]
    assert error["code"] in ("slow_request", "slow_body")


def test_a_connection_that_says_nothing_is_closed(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        assert read_all(connection) == b""


def test_an_answer_that_nobody_reads_is_given_up(port: int) -> None:
    rows = b"1,1,1\n" * 400_000
    head = HEAD + b"Content-Type: text/csv\r\nContent-Length: %d\r\n\r\n" % len(rows)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", port))
        connection.sendall(head + rows)
        assert read_head(connection).startswith(b"HTTP/1.1 200 ")

        def is_given_up() -> bool:
            with socket.create_connection(("127.0.0.1", port)) as other:
                other.sendall(b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n")
                assert read_head(other).startswith(b"HTTP/1.1 200 ")
            info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
            return info[0] != 1  # no longer ESTABLISHED

        wait_until(is_given_up)
