"""A serving process on a loopback port, for the tests of this folder."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[3]
DEADLINE_SECONDS = 60


class Server:
    def __init__(self, process: subprocess.Popen[str], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        connection = self.connect()
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def send(self, data: bytes) -> socket.socket:
        """A connection of our own making, with some bytes sent over it."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(data)
        return connection

    def workers(self) -> list[int]:
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def is_healthy(self) -> bool:
        try:
            return self.request("GET", "/ping")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def wait_until_healthy(self) -> None:
        def healthy_or_over() -> bool:
            return self.is_healthy() or self.process.poll() is not None

        wait_until(healthy_or_over)
        assert self.process.poll() is None, self.log.read_text()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(DEADLINE_SECONDS)


def wait_until(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


@contextmanager
def project_server(
    model_dir: Path,
    log: Path,
    *,
    workers: int = 1,
    code: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    command: Sequence[str] = (sys.executable, "-m", "serving"),
) -> Iterator[Server]:
    """``python -m serving`` from the code in a directory."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, *arguments],
            cwd=code,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONDONTWRITEBYTECODE": "1",
                "FRAUD_MODEL_DIR": str(model_dir),
                **(environment or {}),
            },
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
        workers_seen: list[psutil.Process] = []
        try:
            server = Server(process, port, log)
            server.wait_until_healthy()
            workers_seen = psutil.Process(process.pid).children()
            yield server
        finally:
            if process.poll() is None:
                workers_seen += psutil.Process(process.pid).children()
                process.kill()
                process.wait()
            for worker in workers_seen:
                if worker.is_running():
                    worker.kill()
