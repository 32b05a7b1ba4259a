"""A container of the image, as SageMaker runs one: read-only, and without network."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.image.engine import Engine

HEALTHY_SECONDS = 60.0
#: Runs in the container, which nothing outside reaches: one request, its answer.
ASK = """
import http.client, json, sys
connection = http.client.HTTPConnection("127.0.0.1", 8080, timeout=60)
method, path = sys.argv[1:]
headers = {"Content-Type": "application/json"}
connection.request(method, path, sys.stdin.buffer.read(), headers)
answer = connection.getresponse()
print(json.dumps([answer.status, answer.read().decode()]))
"""


@dataclass(frozen=True)
class Container:
    """A started container."""

    engine: Engine
    name: str

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        """Send a request from within; 0 while nothing listens."""
        command = ["exec", "--interactive", self.name, "python", "-c", ASK]
        done = self.engine.try_out([*command, method, path], stdin=body)
        if done.returncode:
            return 0, done.stderr
        status, text = json.loads(done.stdout)
        return status, text

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + HEALTHY_SECONDS
        while self.ask("GET", "/ping")[0] != 200:
            assert self.state()["Running"], self.log()
            assert time.monotonic() < deadline, self.log()

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            self.engine(["inspect", "--format", "{{json .State}}", self.name])
        )
        return found

    def signal(self, name: str) -> None:
        self.engine(["kill", "--signal", name, self.name])

    def wait(self) -> int:
        """Return the exit status."""
        return int(self.engine(["wait", self.name]))

    def log(self) -> str:
        done = self.engine.try_out(["logs", self.name])
        return done.stdout + done.stderr


@contextmanager
def running_container(
    engine: Engine,
    reference: str,
    model: Path,
    options: Sequence[str] = (),
    network: str = "none",
) -> Iterator[Container]:
    """Run the image with an artifact; the container is removed with the block."""
    hard = ["--read-only", "--network", network, "--cap-drop", "ALL"]
    mount = ["--volume", f"{model}:/opt/ml/model:ro"]
    name = engine(
        ["run", "--detach", *hard, *mount, *options, reference, "serve"]
    ).strip()
    try:
        yield Container(engine, name)
    finally:
        engine(["rm", "--force", name])
