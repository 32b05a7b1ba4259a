"""The hooks are called as AWS's scikit-learn container calls them."""

import importlib.util
import io
import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local_aws.containers.sklearn import HOOKS

Ask = Callable[..., tuple[str, str, bytes]]


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Ask]:
    """Return a function that serves a script and returns how to ask it."""

    def start(script: str) -> Ask:
        name = f"inference_{abs(hash(script))}"
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(script))
        monkeypatch.setenv("SAGEMAKER_PROGRAM", f"{name}.py")
        monkeypatch.setenv("SAGEMAKER_SUBMIT_DIRECTORY", str(tmp_path))
        monkeypatch.setenv("SM_MODEL_DIR", "/the/model")
        path = HOOKS / "hooks_application.py"
        spec = importlib.util.spec_from_file_location("hooks_application", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)

        def ask(
            body: bytes = b"", content_type: str = "application/json", accept: str = ""
        ) -> tuple[str, str, bytes]:
            started: list[Any] = []
            answer = module.app(
                {
                    "PATH_INFO": "/invocations",
                    "CONTENT_LENGTH": str(len(body)),
                    "CONTENT_TYPE": content_type,
                    "HTTP_ACCEPT": accept,
                    "wsgi.input": io.BytesIO(body),
                },
                lambda status, headers: started.extend([status, dict(headers)]),
            )
            return started[0], started[1]["Content-Type"], b"".join(answer)

        return ask

    return start


FOUR_HOOKS = """
    def model_fn(directory):
        return directory
    def input_fn(body, content_type):
        return [type(body).__name__, content_type]
    def predict_fn(data, model):
        return [*data, model]
    def output_fn(prediction, accept):
        return "|".join([*prediction, accept]), "text/plain"
"""


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("application/json", "str"),
        ("text/csv", "str"),
        ("application/json; charset=utf-8", "bytes"),
        ("application/jsonlines", "bytes"),
        ("application/x-npy", "bytes"),
    ],
)
def test_only_plain_json_and_csv_arrive_as_text(
    serve: Callable[[str], Ask], content_type: str, kind: str
) -> None:
    status, answered_type, body = serve(FOUR_HOOKS)(b"x", content_type, "text/csv")

    assert (status, answered_type) == ("200 OK", "text/plain")
    assert body.decode() == f"{kind}|{content_type}|/the/model|text/csv"


def test_accept_is_json_when_anything_is_accepted(serve: Callable[[str], Ask]) -> None:
    body = serve(FOUR_HOOKS)(b"x", "text/csv", "*/*")[2]

    assert body.endswith(b"|application/json")


def test_transform_fn_replaces_the_other_hooks(serve: Callable[[str], Ask]) -> None:
    ask = serve(
        """
        def model_fn(directory):
            return {"scale": 2}
        def transform_fn(model, body, content_type, accept):
            return str(float(body) * model["scale"]), accept
        """
    )

    assert ask(b"1.5", "text/csv", "text/csv") == ("200 OK", "text/csv", b"3.0")


def test_the_default_hooks_predict_on_arrays(serve: Callable[[str], Ask]) -> None:
    ask = serve(
        """
        class Model:
            def predict(self, rows):
                return rows.sum(axis=1)
        def model_fn(directory):
            return Model()
        """
    )

    assert json.loads(ask(b"[[1, 2], [3, 4]]")[2]) == [3, 7]
    assert ask(b"1,2\n3,4", "text/csv", "text/csv")[2] == b"3.0\n7.0\n"


def test_an_exception_of_a_hook_is_a_plain_500_page(
    serve: Callable[[str], Ask], capsys: pytest.CaptureFixture[str]
) -> None:
    ask = serve("def model_fn(directory):\n    raise ValueError('no such model')\n")

    status, content_type, body = ask(b"{}")

    assert status == "500 Internal Server Error"
    assert content_type.startswith("text/html")
    assert b"no such model" not in body
    assert "ValueError: no such model" in capsys.readouterr().err


def test_a_response_object_keeps_its_own_status(serve: Callable[[str], Ask]) -> None:
    ask = serve(
        """
        from flask import Response
        def model_fn(directory):
            return None
        def transform_fn(model, body, content_type, accept):
            return Response('{"error": 1}', status=400, mimetype="application/json")
        """
    )

    assert ask(b"{}") == ("400 BAD REQUEST", "application/json", b'{"error": 1}')


def test_transform_fn_beside_other_hooks_is_refused(
    serve: Callable[[str], Ask],
) -> None:
    with pytest.raises(ValueError, match="transform_fn and predict_fn exclude"):
        serve(
            """
            def transform_fn(*arguments): ...
            def predict_fn(*arguments): ...
            """
        )
