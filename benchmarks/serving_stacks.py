"""The servers that are compared, each started as its users start it."""

import json
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.environments import python_with
from benchmarks.load import Server, start

ROOT = Path(__file__).parents[1]
_CORE = 0
_MLSERVER = ("mlserver==1.7.1", "mlserver-sklearn==1.7.1")
_BENTOML = ("bentoml==1.4.39",)
_NGINX = """daemon off; worker_processes 1; pid {scratch}/nginx.pid; error_log stderr;
events {{ worker_connections 256; }}
http {{ access_log off; server {{ listen 127.0.0.1:{port}; location / {{
  default_type application/json; return 200 '{{"fraud_probability": 0.5}}'; }} }} }}
"""


def _question(rows: list[dict[str, float]]) -> Any:  # noqa: ANN401 - any JSON
    return rows if len(rows) > 1 else rows[0]


@dataclass(frozen=True)
class Stack:
    """One way to serve: how to start it and what it needs."""

    name: str
    command: Callable[[int, Path, Path], list[str]]
    needs: tuple[str, ...] = ()
    program: str = ""
    #: What an environment of its own must have.
    requirements: tuple[str, ...] = ()
    path: str = "/invocations"
    health_path: str = "/ping"
    #: Transactions → the JSON document that asks for their probabilities.
    question: Callable[[list[dict[str, float]]], Any] = _question
    #: Whether answers come from the model.
    scores: bool = True

    def is_available(self) -> bool:
        """Whether this machine has all it needs."""
        if self.program and shutil.which(self.program) is None:
            return False
        if self.requirements and python_with(*self.requirements) is None:
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
            "BENTOML_DO_NOT_TRACK": "True",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        command = self.command(port, model_dir, scratch)
        log = scratch / f"{self.name.replace(' ', '-')}.log"
        addresses = (self.path, self.health_path)
        with start(
            command, environment, port, _CORE, log, addresses=addresses
        ) as server:
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


def _program(name: str, requirements: tuple[str, ...]) -> str:
    """Return the path of a program in an environment of its own."""
    python = python_with(*requirements)
    return str(python.with_name(name)) if python else name


def _mlserver(port: int, model_dir: Path, scratch: Path) -> list[str]:
    """Its scikit-learn runtime in the one process, without a pool of workers."""
    folder = scratch / "mlserver"
    folder.mkdir(exist_ok=True)
    settings = {
        "host": "127.0.0.1",
        "http_port": port,
        "parallel_workers": 0,
        "grpc_port": free_port(),
        "metrics_port": free_port(),
        "debug": False,
    }
    model = {
        "name": "fraud",
        "implementation": "mlserver_sklearn.SKLearnModel",
        "parameters": {"uri": str(model_dir / "model.joblib")},
    }
    (folder / "settings.json").write_text(json.dumps(settings))
    (folder / "model-settings.json").write_text(json.dumps(model))
    return [_program("mlserver", _MLSERVER), "start", str(folder)]


def _mlserver_question(rows: list[dict[str, float]]) -> Any:  # noqa: ANN401 - any JSON
    """Ask in the Open Inference Protocol, version 2."""
    values = [value for row in rows for value in row.values()]
    shape = [len(rows), len(rows[0])]
    array = {"name": "rows", "shape": shape, "datatype": "FP64", "data": values}
    return {"inputs": [array], "outputs": [{"name": "predict_proba"}]}


def _bentoml(port: int, _model_dir: Path, _scratch: Path) -> list[str]:
    return [
        *(_program("bentoml", _BENTOML), "serve"),
        *("benchmarks.serving_bentoml:Fraud", "--working-dir", str(ROOT)),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]


STACKS = (
    Stack("FastAPI, pandas, joblib", _fastapi, needs=("fastapi", "pandas")),
    Stack(
        "MLServer",
        _mlserver,
        requirements=_MLSERVER,
        path="/v2/models/fraud/infer",
        health_path="/v2/models/fraud/ready",
        question=_mlserver_question,
    ),
    Stack(
        "BentoML",
        _bentoml,
        requirements=_BENTOML,
        health_path="/readyz",
        question=lambda rows: {"transactions": rows},
    ),
    Stack("artifact under gunicorn", _gunicorn, needs=("gunicorn", "gevent")),
    Stack("project's server", _project, needs=("uvicorn",)),
    Stack("nginx, static answer", _nginx, program="nginx", scores=False),
)
