"""The session of an environment: its region, and credentials of its account."""

import boto3

from cdk_app.settings import Settings
from operations.account.credentials import aws_session
from operations.account.errors import OperationError, explained


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
