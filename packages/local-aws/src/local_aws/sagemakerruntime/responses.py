"""The SageMaker runtime's one action."""

import json

from moto.core.responses import BaseResponse

from local_aws.sagemakerruntime.models import (
    InvocationError,
    ModelError,
    sagemakerruntime_backends,
)

CUSTOM_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
VARIANT = "X-Amzn-Invoked-Production-Variant"
MODEL_ERROR_STATUS = 424
#: Settings that would be dropped in silence, by their headers.
REFUSED_HEADERS = {
    "X-Amzn-SageMaker-Target-Model": "TargetModel",
    "X-Amzn-SageMaker-Target-Container-Hostname": "TargetContainerHostname",
    "X-Amzn-SageMaker-Inference-Component": "InferenceComponentName",
    "X-Amzn-SageMaker-Enable-Explanations": "EnableExplanations",
    "X-Amzn-SageMaker-Session-Id": "SessionId",
}
JsonAnswer = tuple[int, dict[str, str], str]


class SageMakerRuntimeResponse(BaseResponse):
    """InvokeEndpoint."""

    use_raw_body = True

    def __init__(self) -> None:
        super().__init__(service_name="sagemaker-runtime")
        self.allow_request_decompression = False

    def invoke_endpoint(self) -> tuple[int, dict[str, str], bytes] | JsonAnswer:
        """Forward one request."""
        for header, setting in REFUSED_HEADERS.items():
            if header in self.headers:
                message = f"Local AWS does not support {setting} of InvokeEndpoint."
                return _error(400, "ValidationError", {"Message": message})
        name = self.uri_match.get("EndpointName") or self.path.split("/")[2]
        backend = sagemakerruntime_backends[self.current_account][self.region]
        forwarded = {
            "Content-Type": self.headers.get("Content-Type") or "application/json",
            "Accept": self.headers.get("Accept") or "*/*",
        }
        for header in (CUSTOM_ATTRIBUTES, "X-Amzn-SageMaker-Inference-Id"):
            if header in self.headers:
                forwarded[header] = self.headers[header]
        try:
            answer = backend.invoke(
                name,
                self.raw_body,
                forwarded,
                self.headers.get("X-Amzn-SageMaker-Target-Variant"),
            )
        except InvocationError as error:
            return _error(400, "ValidationError", {"Message": str(error)})
        except ModelError as error:
            body: dict[str, str | int] = {
                "Message": str(error),
                "OriginalStatusCode": error.status,
                "OriginalMessage": error.original,
                "LogStreamArn": error.log_arn,
            }
            return _error(MODEL_ERROR_STATUS, "ModelError", body)
        received = {name.lower(): value for name, value in answer.headers.items()}
        headers = {
            "Content-Type": received.get("content-type", "application/octet-stream"),
            VARIANT: answer.variant,
        }
        if CUSTOM_ATTRIBUTES.lower() in received:
            headers[CUSTOM_ATTRIBUTES] = received[CUSTOM_ATTRIBUTES.lower()]
        return 200, {"status": "200", **headers}, answer.body


def _error(status: int, code: str, body: dict[str, str | int]) -> JsonAnswer:
    headers = {
        "status": str(status),
        "Content-Type": "application/json",
        "x-amzn-ErrorType": code,
    }
    return status, headers, json.dumps(body)
