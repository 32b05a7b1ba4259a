"""What can go wrong between a person and AWS, in one sentence each."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
)

NO_CREDENTIALS = (
    "No AWS credentials were found; run 'aws configure' or 'aws sso login', or set "
    "AWS_PROFILE."
)
NO_REGION = (
    "No AWS region was found; set AWS_REGION, or [aws] region in the environment's "
    "settings file."
)
_REFUSED_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}


class OperationError(Exception):
    """What was asked for cannot be done; the message is a sentence with the remedy."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn what boto3 raises into an `OperationError`."""
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError):
        raise OperationError(NO_CREDENTIALS) from None
    except NoRegionError:
        raise OperationError(NO_REGION) from None
    except (EndpointConnectionError, ConnectTimeoutError) as error:
        raise OperationError(
            f"AWS cannot be reached ({type(error).__name__}); check the network, the "
            "region, and AWS_ENDPOINT_URL where it is set."
        ) from None
    except ClientError as error:
        raise OperationError(describe_refusal(error)) from None
    except BotoCoreError as error:
        raise OperationError(
            f"The call to AWS failed: {str(error).rstrip('.')}; check the credentials "
            "and the AWS configuration."
        ) from None


def error_code(error: ClientError) -> str:
    """Return AWS's code of a refusal, such as ``NoSuchKey``."""
    return str(error.response.get("Error", {}).get("Code", ""))


def describe_refusal(error: ClientError) -> str:
    """Put what AWS answered into a sentence."""
    code = error_code(error)
    if code == "ModelError":
        return _describe_model_error(error)
    if code in _REFUSED_CREDENTIALS:
        return f"AWS refused the credentials ({code}); renew them."
    message = str(error.response.get("Error", {}).get("Message", "no message"))
    return f"AWS refused {error.operation_name} ({code}): {message.rstrip('.')}."


def _describe_model_error(error: ClientError) -> str:
    """Show what the container said instead of SageMaker's long wrapping of it."""
    response = dict(error.response)
    status = response.get("OriginalStatusCode", "an error")
    original = str(response.get("OriginalMessage", ""))
    try:
        reason = json.loads(original)["error"]
        where = "".join(
            f", {name} {reason[name]}" for name in ("row", "field") if reason[name]
        )
        said = (
            f"{reason['code']}{where}: expected {reason['expected']}, "
            f"got {reason['got']}"
        )
    except (ValueError, KeyError, TypeError):
        said = original.strip()[:500] or "nothing"
    return f"The endpoint answered {status}: {said}."
