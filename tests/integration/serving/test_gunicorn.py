"""The artifact's code under gunicorn with gevent, as AWS's image runs it."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from artifact.manifest_file import read_manifest
from tests.unit.serving.sample_artifact import write_artifact

DEADLINE_SECONDS = 60


class Server:
    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def request(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, names)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.request("GET", "/ping")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not become healthy")


@contextmanager
def gunicorn(model_dir: Path) -> Iterator[Server]:
    """Runs with the artifact's own code alone, not the project's tree."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        port = listener.getsockname()[1]
        descriptor = listener.fileno()
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "-k", "gevent", "-w", "1"),
                *("-b", f"fd://{descriptor}", "inference:app"),
            ],
            pass_fds=[descriptor],
            cwd=model_dir.parent,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(model_dir / "code"),
                "PYTHONDONTWRITEBYTECODE": "1",
                "FRAUD_MODEL_DIR": str(model_dir),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    try:
        yield Server(process, port)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("gunicorn") / "model"
    directory.mkdir()
    write_artifact(directory)
    return directory


@pytest.fixture(scope="module")
def server(model_dir: Path) -> Iterator[Server]:
    with gunicorn(model_dir) as running:
        running.wait_until_healthy()
        yield running


def test_the_self_test_row_is_answered_as_recorded(
    server: Server, model_dir: Path
) -> None:
    test = read_manifest(model_dir).self_test
    status, body = server.request(
        "POST",
        "/invocations",
        json.dumps(dict(test.row)).encode(),
        Content_Type="application/json",
    )
    assert status == 200
    assert json.loads(body) == {
        "fraud_probability": pytest.approx(test.fraud_probability)
    }


def test_a_chunked_request_is_answered(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    chunks = iter([b'{"Hour": 3, "V1": ', b'0.25, "Amount": 12.5}'])
    connection.request("POST", "/invocations", chunks, encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()


def test_a_connection_with_much_to_say_lets_the_others_in(server: Server) -> None:
    body, count = b'{"Hour": 3, "V1": 0.25, "Amount": 12.5}', 1000
    head = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as talker:
        talker.sendall((head % len(body) + body) * count)
        answers = talker.recv(1)
        assert server.request("POST", "/invocations", body)[0] == 200
        talker.setblocking(False)
        try:
            while received := talker.recv(1 << 20):
                answers += received
        except BlockingIOError:
            pass
        assert 0 < answers.count(b"HTTP/1.1 200") < count


def test_refusals_keep_their_status_and_shape(server: Server) -> None:
    for body, content_type, status in (
        (b"{}", "application/json", 400),
        (b"x", "text/plain", 415),
        (b" " * (25 * 1024 * 1024 + 1), "application/json", 413),
    ):
        got, answer = server.request(
            "POST", "/invocations", body, Content_Type=content_type
        )
        assert got == status
        assert set(json.loads(answer)["error"]) == {
            *("code", "row", "field", "expected", "got")
        }
    assert server.request("GET", "/ping")[0] == 200


def test_a_tampered_artifact_ends_the_server_with_the_reason(
    model_dir: Path, tmp_path: Path
) -> None:
    broken = Path(shutil.copytree(model_dir, tmp_path / "model"))
    (broken / "config.json").write_text("{}")
    with gunicorn(broken) as server:
        _, errors = server.process.communicate(timeout=DEADLINE_SECONDS)
        assert server.process.returncode != 0
        assert "[ERROR] config.json has SHA-256" in errors
        assert "Traceback" not in errors


def test_sigterm_ends_the_server_in_order(model_dir: Path) -> None:
    with gunicorn(model_dir) as server:
        server.wait_until_healthy()
        body = b'{"Hour": 3, "V1": 0.25, "Amount": 12.5}'
        assert server.request("POST", "/invocations", body)[0] == 200
        server.process.send_signal(signal.SIGTERM)
        output, _ = server.process.communicate(timeout=DEADLINE_SECONDS)
        assert server.process.returncode == 0
        assert json.loads(output.splitlines()[-1])["status"] == 200
