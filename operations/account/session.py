"""The session of an environment: its region, and credentials of its account."""

import os

import boto3

from cdk_app.settings import Settings
from operations.account.errors import (
    NO_CREDENTIALS,
    NO_REGION,
    OperationError,
    explained,
)


def aws_session(region: str | None = None) -> boto3.Session:
    """Return a session in ``region``, else in the one that the CDK CLI would take.

    The CDK CLI and the other SDKs read ``AWS_REGION``, boto3 by itself only
    ``AWS_DEFAULT_REGION`` and the profile.

    Raises
    ------
    OperationError
        If there is no region, or there are no credentials.
    """
    with explained():
        session = boto3.Session(region_name=region or os.environ.get("AWS_REGION"))
        if session.region_name is None:
            raise OperationError(NO_REGION)
        if session.get_credentials() is None:
            raise OperationError(NO_CREDENTIALS)
    return session


def environment_session(settings: Settings, region: str | None = None) -> boto3.Session:
    """Return the session with which to read or change an environment.

    It is in the region of the settings, and its credentials are those of the account
    that the settings name: a shell that is set up for another account would read and
    change another endpoint of the same name. ``region`` is for what looks elsewhere
    on purpose.

    Raises
    ------
    OperationError
        If there is no region or there are no credentials, or if they are another
        account's.
    """
    session = aws_session(region or settings.aws.region)
    expected = settings.aws.account
    if expected:
        with explained():
            got = session.client("sts").get_caller_identity()["Account"]
        if got != expected:
            raise OperationError(
                f"[aws] account of {settings.environment}: expected credentials of "
                f"account {expected}, got those of {got}; choose others with "
                "AWS_PROFILE."
            )
    return session
