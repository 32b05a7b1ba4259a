"""WSGI application that serves a user's hooks as AWS's scikit-learn container does.

It runs in the serving container, without this package: standard library only. The
hooks are `model_fn` and either `transform_fn` or any of `input_fn`, `predict_fn`,
`output_fn`; numpy is needed only where a default hook stands in.
"""

# ruff: noqa: ANN401, INP001, PLC0415 -- a program of its own; hooks take anything

import importlib
import io
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
# The container decodes the body for exactly these types and hands on bytes otherwise.
TEXT_TYPES = (JSON, CSV)
NOT_FOUND = "404 Not Found"
OK = "200 OK"
ERROR = "500 Internal Server Error"
ERROR_PAGE = b"""<!doctype html>
<html lang=en>
<title>500 Internal Server Error</title>
<h1>Internal Server Error</h1>
<p>The server encountered an internal error.</p>
"""

Answer = tuple[str, str, bytes]


def _user_module() -> Any:
    directory = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
    sys.path.insert(0, directory)
    return importlib.import_module(Path(os.environ["SAGEMAKER_PROGRAM"]).stem)


def _decode(body: str | bytes, content_type: str) -> Any:
    import numpy as np

    if content_type == JSON:
        return np.array(json.loads(body))
    if content_type == CSV:
        return np.genfromtxt(io.StringIO(str(body)), delimiter=",")
    if content_type == NPY and isinstance(body, bytes):
        return np.load(io.BytesIO(body), allow_pickle=False)
    raise ValueError(
        f"content type {content_type} is not supported by the default input_fn"
    )


def _predict(data: Any, model: Any) -> Any:
    return model.predict(data)


def _encode(prediction: Any, accept: str) -> tuple[str | bytes, str]:
    import numpy as np

    array = np.asarray(prediction)
    if accept == JSON:
        return json.dumps(array.tolist()), accept
    if accept == CSV:
        stream = io.StringIO()
        np.savetxt(stream, np.atleast_1d(array), delimiter=",", fmt="%s")
        return stream.getvalue(), accept
    if accept == NPY:
        buffer = io.BytesIO()
        np.save(buffer, array)
        return buffer.getvalue(), accept
    raise ValueError(f"accept type {accept} is not supported by the default output_fn")


def _transformer(module: Any) -> Callable[[Any, str | bytes, str, str], Any]:
    if hasattr(module, "transform_fn"):
        hooks = [
            name
            for name in ("input_fn", "predict_fn", "output_fn")
            if hasattr(module, name)
        ]
        if hooks:
            raise ValueError(f"transform_fn and {', '.join(hooks)} exclude each other")
        return module.transform_fn  # type: ignore[no-any-return]
    input_fn = getattr(module, "input_fn", _decode)
    predict_fn = getattr(module, "predict_fn", _predict)
    output_fn = getattr(module, "output_fn", _encode)

    def transform(
        model: Any, body: str | bytes, content_type: str, accept: str
    ) -> object:
        return output_fn(predict_fn(input_fn(body, content_type), model), accept)

    return transform


class Hooks:
    """The user's script; its model is loaded at the first request, as in AWS."""

    def __init__(self) -> None:
        self._module = _user_module()
        self._transform = _transformer(self._module)
        self._model: Any = None
        self._loaded = False

    def ping(self) -> Answer:
        """Return that the worker lives; the model is not asked."""
        return OK, JSON, b""

    def invoke(self, body: bytes, content_type: str, accept: str) -> Answer:
        """Return the hooks' answer to one request."""
        if not self._loaded:
            self._model = self._module.model_fn(os.environ["SM_MODEL_DIR"])
            self._loaded = True
        content = body.decode() if content_type in TEXT_TYPES else body
        return _answer(self._transform(self._model, content, content_type, accept))


def _answer(result: Any) -> Answer:
    if hasattr(result, "get_data") and hasattr(result, "status"):  # a Flask response
        return result.status, result.content_type, result.get_data()
    mimetype = "text/html; charset=utf-8"
    if isinstance(result, tuple):
        result, mimetype = result[0], result[1]
    data = result.encode() if isinstance(result, str) else bytes(result)
    return OK, mimetype, data


_hooks = Hooks()


def app(
    environ: MutableMapping[str, Any], start_response: Callable[..., object]
) -> Iterable[bytes]:
    """Answer /ping and /invocations."""
    try:
        status, content_type, body = _route(environ)
    except Exception:  # noqa: BLE001  (whatever a hook raises is HTTP 500)
        traceback.print_exc()
        status, content_type, body = ERROR, "text/html; charset=utf-8", ERROR_PAGE
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]


def _route(environ: MutableMapping[str, Any]) -> Answer:
    path = environ["PATH_INFO"]
    if path == "/ping":
        return _hooks.ping()
    if path != "/invocations":
        return NOT_FOUND, "text/plain", b""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    accept = environ.get("HTTP_ACCEPT", "*/*")
    if accept in {"", "*/*"}:
        accept = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON)
    return _hooks.invoke(body, environ.get("CONTENT_TYPE") or JSON, accept)
