"""The WSGI application: /ping and /invocations, and nothing of any server."""

import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeAlias

from artifact.scorer import load_scorer
from serving.errors import RequestError, bad_request, too_large
from serving.invocation import MAX_BODY_BYTES, Answer, Invocations, refusal
from serving.request_log import RequestLog

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[[str, list[tuple[str, str]]], Any]

_STATUS_LINES = {
    status.value: f"{status.value} {status.phrase}" for status in HTTPStatus
}
_METHODS = {"/ping": ("GET", "HEAD"), "/invocations": ("POST",)}


class Application:
    """Serves one verified artifact.

    The model is loaded, verified and self-tested before the object exists, so a
    server that runs it is healthy, and one that cannot does not start.
    """

    def __init__(
        self, model_dir: Path | str, expected_manifest_sha256: str = ""
    ) -> None:
        self._invocations = Invocations(
            load_scorer(model_dir, expected_manifest_sha256)
        )
        self._log = RequestLog()

    def __call__(
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        started = time.perf_counter()
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        allowed = _METHODS.get(path, ())
        if method in allowed:
            if path == "/ping":
                return _respond(start_response, Answer(200, "application/json", b""))
            answer = self._invoke(environ)
        else:
            answer = refusal(_wrong_address(allowed))
        self._log.write(environ, answer, time.perf_counter() - started)
        return _respond(start_response, answer, allowed)

    def _invoke(self, environ: Environ) -> Answer:
        try:
            body = _read_body(environ)
        except RequestError as error:
            return refusal(error)
        try:
            return self._invocations.answer(
                body, environ.get("CONTENT_TYPE", ""), environ.get("HTTP_ACCEPT", "")
            )
        except Exception as error:  # noqa: BLE001 - a fault must not end the worker
            self._log.fault(error)
            return refusal(
                RequestError(500, "internal_error", expected="an answer", got="a fault")
            )


def _respond(
    start_response: StartResponse, answer: Answer, allowed: tuple[str, ...] = ()
) -> list[bytes]:
    headers = [
        ("Content-Type", answer.media_type),
        ("Content-Length", str(len(answer.body))),
    ]
    if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("Allow", ", ".join(allowed)))
    start_response(_STATUS_LINES[answer.status], headers)
    return [answer.body]


def _wrong_address(allowed: tuple[str, ...]) -> RequestError:
    if allowed:
        return RequestError(
            405,
            "method_not_allowed",
            expected=" or ".join(allowed),
            got="another method",
        )
    return RequestError(
        404, "not_found", expected="/ping or /invocations", got="another path"
    )


def _read_body(environ: Environ) -> bytes:
    """Read the whole body, refusing one that is too large before it is in memory."""
    if environ.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
        raise RequestError(
            415,
            "unsupported_media_type",
            expected="a body without Content-Encoding",
            got="an encoded body",
        )
    length = environ.get("CONTENT_LENGTH") or ""
    stream = environ["wsgi.input"]
    if not length:
        if not environ.get("wsgi.input_terminated"):
            return b""
        body: bytes = stream.read(MAX_BODY_BYTES + 1)
        if len(body) > MAX_BODY_BYTES:
            raise too_large(MAX_BODY_BYTES)
        return body
    if not length.isascii() or not length.isdigit():
        raise bad_request(
            "invalid_length", expected="Content-Length in digits", got="other text"
        )
    if int(length) > MAX_BODY_BYTES:
        raise too_large(MAX_BODY_BYTES)
    body = stream.read(int(length))
    if len(body) < int(length):
        raise bad_request(
            "incomplete_body", expected="as many bytes as Content-Length", got="fewer"
        )
    return body
