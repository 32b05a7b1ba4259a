"""The artifact's ``code/inference.py``: how AWS's scikit-learn image runs the model.

Two ways, chosen by the Model's environment:

* ``app``, a WSGI application, with ``SAGEMAKER_SERVING_MODULE=inference:app``;
* the hooks ``model_fn`` and ``transform_fn``, with ``SAGEMAKER_PROGRAM``.
"""

import os
import sys
from http import HTTPStatus
from typing import Any

from artifact.errors import ArtifactError
from serving.formats.media_types import NPY
from serving.request import CUSTOM_ATTRIBUTES_HEADER, Request
from serving.service import Service
from serving.wsgi import Application, let_others_in

#: gunicorn's exit status for an application that cannot be loaded: with it the
#: whole server ends, where any other status would start the worker again for ever.
APP_LOAD_ERROR = 4


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the module's protocol
    """Load the model when a server asks for `app`, and not for the hooks' sake."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    directory = (
        os.environ.get("FRAUD_MODEL_DIR")
        or os.environ.get("SM_MODEL_DIR")
        or "/opt/ml/model"
    )
    try:
        application = Application(Service(directory, _expected_manifest_sha256()))
    except ArtifactError as error:
        _print_failure(error)
        raise SystemExit(APP_LOAD_ERROR) from None
    globals()["app"] = application
    return application


def model_fn(model_dir: str) -> Service:
    """Verify and load the artifact, once per worker.

    Raises
    ------
    ArtifactError
        If anything about the artifact is not as its manifest says.
    """
    try:
        return Service(model_dir, _expected_manifest_sha256())
    except ArtifactError as error:
        _print_failure(error)
        raise


def transform_fn(
    model: Service, body: str | bytes, content_type: str, accept: str
) -> Any:  # noqa: ANN401 - a Flask response or (body, media type)
    """Score one request.

    The image turns every exception of a hook into an HTML page with status 500,
    but passes on a Flask response with a status of its own: refusals go that way.
    """
    import flask  # noqa: PLC0415 - the image has it; the application needs none

    let_others_in()
    headers = dict(flask.request.headers) if flask.has_request_context() else {}
    answer = model.invoke(
        Request(
            body.encode() if isinstance(body, str) else body,
            content_type,
            # The image puts JSON where the caller named nothing.
            headers.get("Accept", accept if not headers else ""),
            headers.get(CUSTOM_ATTRIBUTES_HEADER, ""),
            headers.get("X-Amzn-SageMaker-Inference-Id", ""),
        )
    )
    if answer.status == HTTPStatus.OK:
        if answer.media_type == NPY:
            return answer.body, answer.media_type
        return answer.body.decode(), answer.media_type
    return flask.Response(answer.body, answer.status, mimetype=answer.media_type)


def _expected_manifest_sha256() -> str:
    return os.environ.get("FRAUD_MANIFEST_SHA256", "")


def _print_failure(error: ArtifactError) -> None:
    print(f"[ERROR] {error}", file=sys.stderr, flush=True)
