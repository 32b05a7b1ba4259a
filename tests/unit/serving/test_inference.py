"""``code/inference.py`` as AWS's scikit-learn image uses it."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import flask
import pytest

from artifact.errors import ArtifactError
from serving.invocation import Answer
from serving.request import Request
from serving.service import Service
from serving.wsgi import Application
from tests.unit.serving.wsgi_client import WsgiClient


@pytest.fixture
def inference() -> Iterator[ModuleType]:
    yield importlib.import_module("serving.inference")
    sys.modules.pop("serving.inference")


@pytest.mark.parametrize("variable", ["FRAUD_MODEL_DIR", "SM_MODEL_DIR"])
def test_app_is_loaded_from_the_directory_that_the_environment_names(
    inference: ModuleType,
    model_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    monkeypatch.setenv(variable, str(model_dir))
    assert isinstance(inference.app, Application)
    assert inference.app is inference.app
    assert WsgiClient(inference.app).request("GET", "/ping").status == 200


def without_model(directory: Path) -> str:
    (directory / "model.joblib").unlink()
    return "no model.joblib"


def without_manifest(directory: Path) -> str:
    (directory / "manifest.json").unlink()
    return "no manifest.json"


def tampered(directory: Path) -> str:
    (directory / "config.json").write_text("{}")
    return "config.json has SHA-256"


@pytest.mark.parametrize("break_it", [without_model, without_manifest, tampered])
def test_a_bad_artifact_ends_the_process_with_one_clear_line(
    inference: ModuleType,
    own_model_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    break_it: Callable[[Path], str],
) -> None:
    reason = break_it(own_model_dir)
    monkeypatch.setenv("FRAUD_MODEL_DIR", str(own_model_dir))
    with pytest.raises(SystemExit) as ended:
        _ = inference.app
    assert ended.value.code == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("[ERROR] ")
    assert reason in line


def test_a_pinned_manifest_is_the_only_one_accepted(
    inference: ModuleType, model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAUD_MANIFEST_SHA256", "0" * 64)
    with pytest.raises(ArtifactError, match=r"manifest\.json has SHA-256"):
        inference.model_fn(str(model_dir))


def test_the_hooks_answer_as_the_application_does(
    inference: ModuleType,
    model_dir: Path,
    row: dict[str, float],
    row_probability: float,
) -> None:
    model = inference.model_fn(str(model_dir))
    # The image hands over text for exactly these two content types.
    body, media_type = inference.transform_fn(
        model, json.dumps(row), "application/json", "application/json"
    )
    assert json.loads(body) == {"fraud_probability": pytest.approx(row_probability)}
    assert media_type == "application/json"
    body, media_type = inference.transform_fn(
        model, "3,0.25,12.5\n", "text/csv", "text/csv"
    )
    assert float(body) == pytest.approx(row_probability)
    body, _ = inference.transform_fn(
        model, json.dumps(row).encode(), "application/jsonlines", "application/json"
    )
    assert json.loads(body) == [{"fraud_probability": pytest.approx(row_probability)}]


def test_both_ways_let_other_connections_in_before_they_score(
    inference: ModuleType,
    model_dir: Path,
    row: dict[str, float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = inference.model_fn(str(model_dir))
    events: list[object] = []
    monkeypatch.setattr("serving.wsgi.time", SimpleNamespace(sleep=events.append))
    invoke = Service.invoke

    def invoke_and_tell(service: Service, request: Request) -> Answer:
        events.append("scored")
        return invoke(service, request)

    monkeypatch.setattr(Service, "invoke", invoke_and_tell)
    body = json.dumps(row).encode()
    inference.transform_fn(model, body, "application/json", "*/*")
    WsgiClient(Application(model)).request("POST", "/invocations", body)
    assert events == [0, "scored"] * 2


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [("{}", "application/json", 400), (b"x", "text/plain", 415)],
)
def test_a_refusal_leaves_the_hooks_with_its_own_status(
    inference: ModuleType,
    model_dir: Path,
    body: str | bytes,
    content_type: str,
    status: int,
) -> None:
    model = inference.model_fn(str(model_dir))
    response = inference.transform_fn(model, body, content_type, "*/*")
    assert isinstance(response, flask.Response)
    assert response.status_code == status
    assert response.mimetype == "application/json"
    assert response.get_json()["error"]["expected"]


def test_only_one_consistent_set_of_hooks_is_defined(inference: ModuleType) -> None:
    names = set(vars(inference))
    assert {"model_fn", "transform_fn"} <= names
    assert not {"input_fn", "predict_fn", "output_fn"} & names


def test_importing_loads_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FRAUD_MODEL_DIR", str(tmp_path / "absent"))
    sys.modules.pop("serving.inference", None)
    importlib.reload(importlib.import_module("serving.inference"))
