"""A session in the region and with the credentials of whoever calls.

Light: an application imports it by `operations.client`.
"""

import os

import boto3

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
