"""What the endpoint does with a request, whatever server carries it.

`wsgi` (AWS's image) and `server.asgi` (the project's image) are two transports of this
one service.
"""

import math
import time
from http import HTTPStatus
from pathlib import Path

from artifact.loading import load_artifact, run_self_test
from serving.errors import RequestError
from serving.invocation import Answer, Invocations, refusal
from serving.request import Request
from serving.request_log import RequestLog

_METHODS = {"/ping": ("GET", "HEAD"), "/invocations": ("POST",)}
_HEALTHY = Answer(200, "application/json", b"")


class Service:
    """One verified artifact, ready to answer.

    The model is loaded, verified and self-tested before the object exists, so a
    server that runs it is healthy, and one that cannot does not start.

    Raises
    ------
    ArtifactError
        If anything about the artifact is not as its manifest says.
    """

    def __init__(
        self, model_dir: Path | str, expected_manifest_sha256: str = ""
    ) -> None:
        self._artifact = load_artifact(model_dir, expected_manifest_sha256)
        self._invocations = Invocations(self._artifact)
        self.log = RequestLog()

    def ping(self) -> Answer:
        """Score the self-test row again: 200 if it comes out as recorded, else 503."""
        try:
            run_self_test(self._artifact)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not health
            self.log.fault(error)
            return refusal(
                RequestError(
                    503, "unhealthy", expected="a scored self-test", got="none"
                )
            )
        return _HEALTHY

    def refuse_address(self, method: str, path: str) -> Answer | None:
        """Make the 404 or 405 of a wrong path or method; None for right ones."""
        allowed = _METHODS.get(path)
        if allowed is None:
            return refusal(
                RequestError(
                    HTTPStatus.NOT_FOUND,
                    "not_found",
                    expected="/ping or /invocations",
                    got="another path",
                )
            )
        if method in allowed:
            return None
        return refusal(
            RequestError(
                HTTPStatus.METHOD_NOT_ALLOWED,
                "method_not_allowed",
                expected=" or ".join(allowed),
                got="another method",
            ),
            {"Allow": ", ".join(allowed)},
        )

    def invoke(self, request: Request) -> Answer:
        """Answer a request to /invocations; a fault of ours is a 500, never raised."""
        started = time.perf_counter()
        try:
            answer = self._invocations.answer(request)
        except Exception as error:  # noqa: BLE001 - a fault must not end the worker
            self.log.fault(error)
            answer = refusal(
                RequestError(500, "internal_error", expected="an answer", got="a fault")
            )
        self.log.write(request.id, answer, time.perf_counter() - started)
        return answer

    def refuse(self, error: RequestError, request_id: str) -> Answer:
        """Answer and log a request that the transport had to refuse."""
        answer = refusal(error)
        self.log.write(request_id, answer, math.nan)
        return answer


def header_lines(answer: Answer) -> list[tuple[str, str]]:
    """Headers of an answer."""
    return [
        ("Content-Type", answer.media_type),
        ("Content-Length", str(len(answer.body))),
        *answer.headers.items(),
    ]
