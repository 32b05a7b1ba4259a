"""A session in the region and with the credentials of whoever calls.

Light: an application imports it by `operations.client`.
"""

import difflib
import os

import boto3

from cdk_app.regions import REGIONS
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
        If there is no region or none of that name, or there are no credentials.
    """
    with explained():
        session = boto3.Session(region_name=region or os.environ.get("AWS_REGION"))
        if session.region_name is None:
            raise OperationError(NO_REGION)
        _check_region(session)
        if session.get_credentials() is None:
            raise OperationError(NO_CREDENTIALS)
    return session


def _check_region(session: boto3.Session) -> None:
    """Refuse a misspelt region: calls to it would end in a long wait."""
    region = session.region_name
    if region in REGIONS:
        return
    known = session.get_available_regions("sagemaker")
    if region not in known:
        near = difflib.get_close_matches(region, known, n=1)
        remedy = f"did you mean {near[0]!r}?" if near else "correct AWS_REGION."
        raise OperationError(f"Region: expected one of AWS's, got {region!r}; {remedy}")
