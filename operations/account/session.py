"""How the tools beside the CDK application reach AWS. Imports no CDK."""

import os

import boto3


def aws_session(region: str | None = None) -> boto3.Session:
    """Return a session in ``region``, else in the one that the CDK CLI would take.

    The CDK CLI and the other SDKs read ``AWS_REGION``, boto3 by itself only
    ``AWS_DEFAULT_REGION`` and the profile.
    """
    return boto3.Session(region_name=region or os.environ.get("AWS_REGION") or None)
