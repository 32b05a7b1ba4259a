import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from artifact.loading import Artifact, load_artifact
from artifact.manifest_file import read_manifest
from serving.invocation import Invocations
from serving.request_log import RequestLog
from serving.service import Service
from serving.wsgi import Application
from tests.unit.serving.sample_artifact import write_artifact
from tests.unit.serving.wsgi_client import WsgiClient


@pytest.fixture(autouse=True)
def no_late_lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Write every log's lines before the next test begins to read its output."""
    logs: list[RequestLog] = []
    make = RequestLog.__init__

    def make_and_remember(log: RequestLog) -> None:
        make(log)
        logs.append(log)

    monkeypatch.setattr(RequestLog, "__init__", make_and_remember)
    yield
    for log in logs:
        log.flush()


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifact, unpacked. Not to be changed: copy it to break it."""
    directory = tmp_path_factory.mktemp("artifact") / "model"
    directory.mkdir()
    write_artifact(directory)
    return directory


@pytest.fixture
def own_model_dir(model_dir: Path, tmp_path: Path) -> Path:
    """A copy of the artifact that a test may break."""
    return Path(shutil.copytree(model_dir, tmp_path / "model"))


@pytest.fixture(scope="session")
def artifact(model_dir: Path) -> Artifact:
    return load_artifact(model_dir)


@pytest.fixture(scope="session")
def invocations(artifact: Artifact) -> Invocations:
    return Invocations(artifact)


@pytest.fixture
def invocations_of(artifact: Artifact) -> Callable[..., Invocations]:
    """The sample model with other names for its three features, all of them floats."""

    def make(*names: str) -> Invocations:
        features = tuple(
            replace(feature, name=name, dtype="float64")
            for feature, name in zip(artifact.manifest.features, names, strict=True)
        )
        manifest = replace(artifact.manifest, features=features)
        return Invocations(replace(artifact, manifest=manifest))

    return make


@pytest.fixture
def client(model_dir: Path) -> WsgiClient:
    return WsgiClient(Application(Service(model_dir)))


@pytest.fixture(scope="session")
def row(model_dir: Path) -> dict[str, float]:
    """A transaction the model takes: the manifest's self-test row."""
    return dict(read_manifest(model_dir).self_test.row)


@pytest.fixture(scope="session")
def row_probability(model_dir: Path) -> float:
    return read_manifest(model_dir).self_test.fraud_probability
