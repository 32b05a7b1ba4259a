"""Answer what moto lacks, and its crashes, as AWS would: in the service's protocol.

Symptom cured: an action that moto has not implemented answered HTTP 500 with an HTML
page, which the SDKs cannot parse, so users saw an XML or JSON syntax error.
"""

import json
import re
import traceback
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import OperationNotFoundError
from flask import Flask, Response
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from local_aws.server_state import log

SUPPORTED = "docs/local-aws.md lists what it supports."
# moto's package names, where they are not botocore's service names.
SERVICE_NAMES = {"awslambda": "lambda", "sagemakerruntime": "sagemaker-runtime"}


@dataclass(frozen=True)
class AwsError:
    """An error answer: HTTP status, AWS's code, message."""

    status: int
    code: str
    message: str


def answer_errors(app: Flask, service: str) -> None:
    """Make an app answer unknown actions and crashes as AWS errors."""

    def handle(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException) and not _is_unknown_path(error):
            return error
        return render(describe(error, service), protocol_of(service))

    app.register_error_handler(Exception, handle)


def unsupported_service(environ: dict[str, Any]) -> Flask:
    """Return an application that says which service local AWS does not have."""
    credential = re.search(
        r"Credential=[^/]+/\d+/[^/]+/([\w.-]+)/", environ.get("HTTP_AUTHORIZATION", "")
    )
    service = credential[1].lower() if credential else environ.get("PATH_INFO", "")
    app = Flask("unsupported")

    @app.errorhandler(NotFound)
    def refuse(_: NotFound) -> Response:
        return render(
            AwsError(
                400,
                "UnsupportedOperation",
                f"Local AWS does not have the service {service}. {SUPPORTED}",
            ),
            protocol_of(service),
        )

    return app


def describe(error: Exception, service: str) -> AwsError:
    """Return the AWS error that stands for a Python exception."""
    if isinstance(error, (NotImplementedError, OperationNotFoundError)) or (
        isinstance(error, HTTPException) and _is_unknown_path(error)
    ):
        return AwsError(
            400,
            "UnsupportedOperation",
            f"Local AWS does not support this action of {service}: {error}. "
            f"{SUPPORTED}",
        )
    log.error("%s failed:\n%s", service, "".join(traceback.format_exception(error)))
    return AwsError(
        500,
        "InternalFailure",
        f"Local AWS failed in {service}: {type(error).__name__}: {error}",
    )


def protocol_of(service: str) -> str:
    """Return the wire protocol that SDKs speak with a service."""
    try:
        model = get_service_model(SERVICE_NAMES.get(service, service))
        return str(model.metadata["protocol"])
    except Exception:  # noqa: BLE001  (moto's own pseudo services have no model)
        return "json"


def render(error: AwsError, protocol: str) -> Response:
    """Return an error in a protocol's form."""
    headers = {"x-amzn-ErrorType": error.code}
    if protocol in {"json", "rest-json", "smithy-rpc-v2-cbor"}:
        body = json.dumps({"__type": error.code, "message": error.message})
        content_type = "application/x-amz-json-1.1"
    else:
        fault = "Receiver" if error.status >= 500 else "Sender"  # noqa: PLR2004
        inner = (
            f"<Type>{fault}</Type><Code>{escape(error.code)}</Code>"
            f"<Message>{escape(error.message)}</Message>"
        )
        body = {
            "rest-xml": f"<Error>{inner}</Error>",
            "ec2": f"<Response><Errors><Error>{inner}</Error></Errors></Response>",
        }.get(protocol, f"<ErrorResponse><Error>{inner}</Error></ErrorResponse>")
        content_type = "text/xml"
    return Response(body, error.status, headers, content_type=content_type)


def _is_unknown_path(error: HTTPException) -> bool:
    return isinstance(error, (NotFound, MethodNotAllowed))
