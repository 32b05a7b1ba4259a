"""What SageMaker is asked for: no network, the environment's own key, its buckets."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from cdk_app import images
from cdk_app.settings import load
from training.launch.job import start_job
from training.launch.resources import JobResources
from training.launch.spending import JobLimits

REGION = "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:123456789012:key/1"
LIMITS = JobLimits(max_runtime_seconds=600, spot=False)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    # The SDK sets it; monkeypatch puts back what was there.
    monkeypatch.setenv("SAGEMAKER_VALIDATE_ROLE", "false")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.Session("key", "secret", region_name=REGION)


def asked_for(session: boto3.Session, key: str | None) -> dict[str, Any]:
    location = {"LocationConstraint": REGION}
    s3 = session.client("s3")
    s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration=location)  # type: ignore[arg-type]
    role = "arn:aws:iam::123456789012:role/training"
    deployment = JobResources("data", "artifacts", role, key)
    name = start_job(
        session, load("prod"), deployment, "s3://data/d/", {}, limits=LIMITS
    )
    described = session.client("sagemaker").describe_training_job(TrainingJobName=name)
    return dict(described)


def test_a_job_is_isolated_and_writes_under_the_environments_key(
    session: boto3.Session,
) -> None:
    job = asked_for(session, KEY)
    assert job["EnableNetworkIsolation"] is True
    assert job["EnableInterContainerTrafficEncryption"] is True
    assert job["OutputDataConfig"] == {
        "S3OutputPath": "s3://artifacts",
        "KmsKeyId": KEY,
    }
    assert job["ResourceConfig"]["VolumeKmsKeyId"] == KEY
    buckets = session.client("s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in buckets] == ["artifacts"]


def test_without_a_key_of_its_own_the_services_keys_are_used(
    session: boto3.Session,
) -> None:
    job = asked_for(session, None)
    assert "KmsKeyId" not in job["OutputDataConfig"]
    assert "VolumeKmsKeyId" not in job["ResourceConfig"]


def test_registries_are_those_of_the_sagemaker_sdk() -> None:
    from sagemaker.core import image_uris  # noqa: PLC0415 -- four seconds

    for region, account in images.REGISTRY_ACCOUNTS.items():
        assert image_uris.retrieve(
            "sklearn",
            region=region,
            version=images.SCIKIT_LEARN_VERSION,
            py_version="py3",
            instance_type="ml.m5.large",
            image_scope="inference",
        ) == (
            f"{account}.dkr.ecr.{region}.amazonaws.com/{images.REPOSITORY}:{images.TAG}"
        )
