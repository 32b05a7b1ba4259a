"""Errors of launching, told in one sentence."""

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

_REFUSED_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}


class LaunchError(Exception):
    """The job cannot be started, or failed; the message is for the one who launches."""


@contextmanager
def aws_errors_told() -> Iterator[None]:
    """Turn botocore's exceptions into one sentence with the remedy."""
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError):
        raise LaunchError(
            "No AWS credentials found; run 'aws configure' or 'aws sso login', or set "
            "AWS_PROFILE."
        ) from None
    except NoRegionError:
        raise LaunchError(
            "No AWS region found; set AWS_REGION, or 'region' in the environment's "
            "settings file."
        ) from None
    except (EndpointConnectionError, ConnectTimeoutError) as error:
        raise LaunchError(
            f"AWS cannot be reached ({type(error).__name__}); check the network, or "
            "AWS_ENDPOINT_URL when it is set."
        ) from None
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _REFUSED_CREDENTIALS:
            raise LaunchError(
                f"AWS refused the credentials ({code}); renew them."
            ) from None
        message = error.response.get("Error", {}).get("Message", "no message")
        raise LaunchError(
            f"AWS refused {error.operation_name}: {message} ({code})."
        ) from None
    except BotoCoreError as error:
        raise LaunchError(f"The call to AWS failed: {error}.") from None
