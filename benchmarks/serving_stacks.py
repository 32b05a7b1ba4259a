"""The servers that are compared, each started as its users start it."""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.load import Server, start

ROOT = Path(__file__).parents[1]
_CORE = 0
_NGINX = """daemon off; worker_processes 1; pid {scratch}/nginx.pid; error_log stderr;
events {{ worker_connections 256; }}
http {{ access_log off; server {{ listen 127.0.0.1:{port}; location / {{
  default_type application/json; return 200 '{{"fraud_probability": 0.5}}'; }} }} }}
"""


@dataclass(frozen=True)
class Stack:
    """One way to serve: how to start it and what it needs."""

    name: str
    command: Callable[[int, Path, Path], list[str]]
    needs: tuple[str, ...] = ()
    program: str = ""
    #: Whether answers come from the model.
    scores: bool = True

    def is_available(self) -> bool:
        """Whether this machine has all it needs."""
        if self.program and shutil.which(self.program) is None:
            return False
        return all(find_spec(module) for module in self.needs)

    @contextmanager
    def running(self, model_dir: Path, scratch: Path) -> Iterator[Server]:
        """Run the server for this artifact on a free port."""
        port = free_port()
        environment = {
            **os.environ,
            "FRAUD_MODEL_DIR": str(model_dir),
            "PYTHONPATH": str(ROOT),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        command = self.command(port, model_dir, scratch)
        log = scratch / f"{self.name.replace(' ', '-')}.log"
        with start(command, environment, port, _CORE, log) as server:
            yield server


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _project(port: int, _model_dir: Path, _scratch: Path) -> list[str]:
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    return [sys.executable, "-m", "serving", *options]


def _gunicorn(port: int, model_dir: Path, _scratch: Path) -> list[str]:
    options = ["-k", "gevent", "-w", "1", "-b", f"127.0.0.1:{port}"]
    code = ["--pythonpath", str(model_dir / "code")]
    return [sys.executable, "-m", "gunicorn", *options, *code, "inference:app"]


def _fastapi(port: int, _model_dir: Path, _scratch: Path) -> list[str]:
    options = ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    return [
        *(sys.executable, "-m", "uvicorn"),
        *("benchmarks.serving_baseline:app", *options),
    ]


def _nginx(port: int, _model_dir: Path, scratch: Path) -> list[str]:
    configuration = scratch / "nginx.conf"
    configuration.write_text(_NGINX.format(port=port, scratch=scratch))
    return ["nginx", "-p", str(scratch), "-c", str(configuration)]


STACKS = (
    Stack("FastAPI, pandas, joblib", _fastapi, needs=("fastapi", "pandas")),
    Stack("artifact under gunicorn", _gunicorn, needs=("gunicorn", "gevent")),
    Stack("project's server", _project, needs=("uvicorn",)),
    Stack("nginx, static answer", _nginx, program="nginx", scores=False),
)
