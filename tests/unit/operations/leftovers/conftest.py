"""An account in moto, in this process."""

from collections.abc import Iterator
from functools import cache

import boto3
import pytest
from moto import mock_aws

from cdk_app.prices import load
from operations.leftovers.account import Account


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An empty account in us-east-1."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield _account()


@cache
def _account() -> Account:
    # Making clients is slow; moto takes over those made within a mock for good.
    return Account(load(), boto3.Session(region_name="us-east-1"))
