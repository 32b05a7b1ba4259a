"""What can go wrong between a caller and AWS, in one sentence each."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
)


class CallError(Exception):
    """A call that failed; the message is one sentence with the remedy."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn what boto3 raises into a `CallError`."""
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError):
        raise CallError(
            "No AWS credentials were found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID "
            "and AWS_SECRET_ACCESS_KEY."
        ) from None
    except NoRegionError:
        raise CallError("No AWS region is set: set AWS_REGION.") from None
    except EndpointConnectionError as error:
        raise CallError(
            f"{error} Check AWS_ENDPOINT_URL, AWS_REGION and the network."
        ) from None
    except ClientError as error:
        raise CallError(_describe(error)) from None
    except BotoCoreError as error:
        raise CallError(str(error)) from None


def _describe(error: ClientError) -> str:
    details = error.response["Error"]
    code, message = details.get("Code", ""), details.get("Message", "")
    if code == "ModelError":
        return _describe_model_error(error)
    return f"AWS refused the call ({code}): {message}"


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
