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
