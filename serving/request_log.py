"""One line of JSON per request on standard output, never with a feature's value."""

import json
import os
import re
import sys
import uuid
from collections.abc import Mapping
from typing import Any

from serving.invocation import Answer

_LEVELS = {"DEBUG": 0, "INFO": 100, "WARNING": 400, "ERROR": 500, "CRITICAL": 600}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_REQUEST_ID_HEADERS = ("HTTP_X_AMZN_SAGEMAKER_INFERENCE_ID", "HTTP_X_AMZN_REQUESTID")


class RequestLog:
    """Writes requests whose status is at least that of ``LOG_LEVEL``.

    INFO (the default) logs every request, WARNING refusals and faults (status 400
    and up), ERROR faults (500 and up).
    """

    def __init__(self) -> None:
        level = os.environ.get("LOG_LEVEL", "").upper() or "INFO"
        self._lowest_status = _LEVELS.get(level, _LEVELS["INFO"])

    def write(self, environ: Mapping[str, Any], answer: Answer, seconds: float) -> None:
        """Log one answered request."""
        if answer.status < self._lowest_status:
            return
        entry = {
            "request_id": _request_id(environ),
            "status": answer.status,
            "rows": answer.rows,
            "milliseconds": round(seconds * 1000, 3),
        }
        if answer.outside:
            entry["values_outside_training_range"] = answer.outside
        if answer.error_code:
            entry["error"] = answer.error_code
        _print(entry)

    def fault(self, error: Exception) -> None:
        """Log an error of ours: its type and place; its text might hold a value."""
        frames = error.__traceback__
        place = ""
        while frames is not None:
            code = frames.tb_frame.f_code
            place = f"{os.path.basename(code.co_filename)}:{frames.tb_lineno}"  # noqa: PTH119
            frames = frames.tb_next
        _print({"fault": type(error).__name__, "at": place})


def _request_id(environ: Mapping[str, Any]) -> str:
    for header in _REQUEST_ID_HEADERS:
        value = environ.get(header, "")
        if value and _REQUEST_ID.fullmatch(value):
            return str(value)
    return uuid.uuid4().hex


def _print(entry: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(entry) + "\n")
    sys.stdout.flush()
