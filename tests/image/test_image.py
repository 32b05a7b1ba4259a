"""The image, built by a real engine, and run as SageMaker runs it.

Not part of `make test`: `make test-image` builds it, with network, in some minutes.
"""

import http.client
import json
import os
import socket
import time
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import numpy as np
import pytest

from artifact import layout
from artifact.scoring.scorer import read_scorer
from operations.image.docker import check_docker
from tests.image.container import HEALTHY_SECONDS, Container, running_container
from tests.image.engine import Engine
from tests.unit.serving.sample_artifact import RANGES

SCHEMA_2 = "application/vnd.docker.distribution.manifest.v2+json"
#: Asked for, so that the registry gives what it was given.
MANIFESTS = (
    SCHEMA_2,
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)
N_ROWS = 1000
#: SageMaker kills what is still there 30 seconds after SIGTERM.
GRACE_SECONDS = 10.0
#: Answers of another processor's or numpy's arithmetic differ by rounding alone.
ROUNDING = 1e-12
#: What a start may import and compile: nothing.
UNCOMPILED = """
import os, sys
import serving.__main__, serving.server.worker, serving.service
import uvicorn.lifespan.off, uvicorn.loops.uvloop
print(sorted(
    name for name, module in sys.modules.items()
    if (path := getattr(module, "__cached__", None)) and not os.path.exists(path)
))
"""


@pytest.fixture(scope="module", params=["0", "54321"], ids=["root", "any-user"])
def container(
    request: pytest.FixtureRequest, engine: Engine, reference: str, model: Path
) -> Iterator[Container]:
    user = ["--user", request.param]
    with running_container(engine, reference, model, user) as started:
        started.wait_until_healthy()
        yield started


def transactions() -> list[dict[str, float]]:
    random = np.random.default_rng(7)
    columns = {
        name: random.uniform(low, high, N_ROWS) for name, (low, high) in RANGES.items()
    }
    columns["Hour"] = np.floor(columns["Hour"])
    return [
        {
            name: int(value) if name == "Hour" else float(value)
            for name, value in zip(columns, row, strict=True)
        }
        for row in zip(*columns.values(), strict=True)
    ]


def test_the_engine_can_build_the_image_locally(engine: Engine) -> None:
    check_docker(engine)


def test_what_is_pushed_has_the_manifest_that_sagemaker_takes(
    engine: Engine, reference: str
) -> None:
    engine(["push", "--quiet", reference])
    registry, _, rest = reference.partition("/")
    name, _, tag = rest.partition(":")
    request = urllib.request.Request(
        f"http://{registry}/v2/{name}/manifests/{tag}",
        headers={"Accept": ", ".join(MANIFESTS)},
    )
    with urllib.request.urlopen(request) as answer:
        manifest = json.load(answer)
        assert answer.headers["Content-Type"] == SCHEMA_2
    assert manifest["mediaType"] == SCHEMA_2
    layers_bytes = sum(layer["size"] for layer in manifest["layers"])
    print(
        f"{reference}: {layers_bytes / 1e6:.1f} MB in {len(manifest['layers'])} layers"
    )


def test_answers_are_the_artifacts(container: Container, model: Path) -> None:
    rows = transactions()
    status, body = container.ask("POST", "/invocations", json.dumps(rows))
    assert status == 200, body
    answered = [row["fraud_probability"] for row in json.loads(body)]
    features = np.array([list(row.values()) for row in rows])
    expected = read_scorer(model / layout.SCORER).predict(features)
    np.testing.assert_allclose(answered, expected, rtol=0, atol=ROUNDING)


def test_a_start_compiles_nothing(container: Container, engine: Engine) -> None:
    command = ["exec", container.name, "python", "-c", UNCOMPILED]
    assert engine(command).strip() == "[]"


def test_nothing_of_the_build_is_left(container: Container, engine: Engine) -> None:
    tools = "for tool in pip pip3 gcc cc ld strip; do command -v $tool; done; true"
    assert engine(["exec", container.name, "sh", "-c", tools]) == ""
    for module in ("pip", "ensurepip", "setuptools"):
        done = engine.try_out(["exec", container.name, "python", "-m", module])
        assert f"No module named {module}" in done.stderr
    listed = engine(["exec", container.name, "sh", "-c", "cd /opt/program && ls -R"])
    assert "_forest.so" in listed
    assert "Dockerfile" not in listed


def is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping") as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


def test_sigterm_while_loading_ends_it_at_once(
    engine: Engine, reference: str, tmp_path: Path
) -> None:
    # Whoever reads it waits: the server is loading for as long as we like.
    os.mkfifo(tmp_path / "manifest.json", 0o644)
    tmp_path.chmod(0o755)
    with running_container(engine, reference, tmp_path) as started:
        deadline = time.monotonic() + HEALTHY_SECONDS
        while started.ask("GET", "/ping")[0] != 503:
            assert time.monotonic() < deadline, started.log()
        began = time.monotonic()
        started.signal("TERM")
        started.wait()
        assert time.monotonic() - began < GRACE_SECONDS


def test_sigterm_while_answering_finishes_the_answer(
    engine: Engine, reference: str, model: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # From outside: what runs inside ends with the server.
    options = ["--env", f"SAGEMAKER_BIND_TO_PORT={port}"]
    with running_container(
        engine, reference, model, options, network="host"
    ) as started:
        deadline = time.monotonic() + HEALTHY_SECONDS
        while not is_healthy(port):
            assert time.monotonic() < deadline, started.log()
            time.sleep(0.1)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        body = json.dumps(transactions()).encode()
        connection.putrequest("POST", "/invocations")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:1000])
        started.signal("TERM")
        connection.send(body[1000:])
        answer = connection.getresponse()
        assert answer.status == 200
        assert len(json.loads(answer.read())) == N_ROWS
        assert started.wait() == 0


def test_workers_follow_the_cpu_quota(
    engine: Engine, reference: str, model: Path
) -> None:
    with running_container(engine, reference, model, ["--cpus", "1"]) as started:
        started.wait_until_healthy()
        assert "with 1 workers" in started.log()


def test_an_unreadable_artifact_is_one_sentence(
    engine: Engine, reference: str, model: Path
) -> None:
    manifest = model / "manifest.json"
    manifest.chmod(0o600)
    try:
        with running_container(
            engine, reference, model, ["--user", "54321"]
        ) as started:
            assert started.wait() == 1
            (line,) = started.log().strip().splitlines()
            assert line.startswith("[ERROR]")
            assert "manifest.json" in line
    finally:
        manifest.chmod(0o644)
