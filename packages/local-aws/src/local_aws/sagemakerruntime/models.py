"""InvokeEndpoint: the request goes to the container, its answer comes back."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from moto.core.base_backend import BackendDict, BaseBackend

from local_aws.sagemaker.endpoint import Endpoint
from local_aws.sagemaker.models import sagemaker_backends
from local_aws.sagemaker.serving_container import VariantServer

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
INVOCATION_TIMEOUT_SECONDS = 60.0
MAX_BODY_BYTES = 25 * 1024 * 1024
MAX_SERVERLESS_BODY_BYTES = 4 * 1024 * 1024
FIRST_SERVER_ERROR = 500
FIRST_NOT_SUCCESS = 300


class InvocationError(Exception):
    """The request never reached a container."""


class ModelError(Exception):
    """The container answered with an error, or not at all.

    Attributes
    ----------
    status
        The container's HTTP status; 0 if it did not answer.
    """

    def __init__(self, message: str, status: int, original: str, log_arn: str) -> None:
        super().__init__(message)
        self.status = status
        self.original = original
        self.log_arn = log_arn


@dataclass(frozen=True)
class Answer:
    """A container's answer."""

    body: bytes
    headers: Mapping[str, str]
    variant: str


class SageMakerRuntimeBackend(BaseBackend):
    """Forwards requests to the endpoints of the same account and region."""

    def invoke(
        self,
        endpoint_name: str,
        body: bytes,
        headers: Mapping[str, str],
        target_variant: str | None,
    ) -> Answer:
        """Return the container's answer.

        Raises
        ------
        InvocationError
            If no endpoint of this name is in service, it has no such variant, or the
            body is too large.
        ModelError
            If the container answers with an error or not in time.
        """
        endpoints = sagemaker_backends[self.account_id][self.region_name].endpoints
        while True:
            endpoint = cast("Endpoint | None", endpoints.get(endpoint_name))
            fleet = endpoint.traffic.choose() if endpoint else None
            if endpoint is None or fleet is None:
                raise InvocationError(
                    f"Endpoint {endpoint_name} of account {self.account_id} not found."
                )
            _check_size(len(body), endpoint.production_variants)
            with fleet.use(target_variant) as server:
                if server is not None:
                    return self._forward(endpoint_name, server, body, headers)
            if endpoint.traffic.includes(fleet):
                raise InvocationError(_no_variant(endpoint_name, target_variant))
            # The fleet was replaced in between: ask the new one.

    def _forward(
        self,
        endpoint_name: str,
        server: VariantServer,
        body: bytes,
        headers: Mapping[str, str],
    ) -> Answer:
        connection = http.client.HTTPConnection(
            "127.0.0.1", server.port, timeout=INVOCATION_TIMEOUT_SECONDS
        )
        try:
            connection.request("POST", "/invocations", body, dict(headers))
            response = connection.getresponse()
            content = response.read()
        except TimeoutError as error:
            original = (
                "Your invocation timed out while waiting for a response from container "
                "primary. Review the latency metrics for each container in Amazon "
                "CloudWatch, resolve the issue, and try again."
            )
            raise self._model_error(endpoint_name, server, 0, original) from error
        except (OSError, http.client.HTTPException) as error:
            original = f"The container closed the connection ({error})."
            raise self._model_error(endpoint_name, server, 0, original) from error
        finally:
            connection.close()
        if response.status >= FIRST_NOT_SUCCESS:
            original = content.decode(errors="replace")
            raise self._model_error(endpoint_name, server, response.status, original)
        return Answer(content, dict(response.getheaders()), server.name)

    def _model_error(
        self, endpoint_name: str, server: VariantServer, status: int, original: str
    ) -> ModelError:
        # No answer counts as a server error, as in SageMaker.
        is_client = 0 < status < FIRST_SERVER_ERROR
        kind = "client" if is_client else "server"
        region = self.region_name
        url = (
            f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
            f"#logEventViewer:group=/aws/sagemaker/Endpoints/{endpoint_name}"
        )
        message = (
            f"Received {kind} error ({status}) from primary with message "
            f'"{original}". See {url} in account {self.account_id} for more '
            f"information."
        )
        return ModelError(message, status, original, server.log.arn)


def _check_size(body_bytes: int, variants: list[dict[str, Any]]) -> None:
    serverless = any("CurrentServerlessConfig" in variant for variant in variants)
    limit = MAX_SERVERLESS_BODY_BYTES if serverless else MAX_BODY_BYTES
    if body_bytes > limit:
        raise InvocationError(
            f"Request body of {body_bytes} bytes exceeds the limit of {limit}."
        )


def _no_variant(endpoint_name: str, target_variant: str | None) -> str:
    if target_variant:
        return f"Variant {target_variant} not found for endpoint {endpoint_name}."
    return f"Endpoint {endpoint_name} has no variant with a weight above zero."


sagemakerruntime_backends = BackendDict(SageMakerRuntimeBackend, "sagemaker-runtime")
