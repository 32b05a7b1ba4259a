"""Requests that the API's own model refuses."""

from typing import Any

import pytest
from botocore.session import get_session
from local_aws.validation import message, violations

SERVICE = get_session().get_service_model("sagemaker")
CHANNEL = {
    "ChannelName": "train",
    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/k"}},
}
JOB: dict[str, Any] = {
    "TrainingJobName": "a-job",
    "RoleArn": "arn:aws:iam::123456789012:role/r",
    "AlgorithmSpecification": {"TrainingImage": "x", "TrainingInputMode": "File"},
    "InputDataConfig": [CHANNEL],
    "OutputDataConfig": {"S3OutputPath": "s3://b/out"},
    "ResourceConfig": {
        # Of a later year than this botocore.
        "InstanceType": "ml.m99i.large",
        "InstanceCount": 1,
        "VolumeSizeInGB": 5,
    },
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}


def refused(**changed: Any) -> list[str]:
    return violations(SERVICE.operation_model("CreateTrainingJob"), {**JOB, **changed})


def test_what_aws_takes_is_taken() -> None:
    assert refused() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"TrainingJobName": "a_job"},
        {"TrainingJobName": "-job"},
        {"TrainingJobName": "x" * 64},
        {"TrainingJobName": "job\n"},
        {"InputDataConfig": [{**CHANNEL, "ChannelName": "my channel"}]},
        {"InputDataConfig": [{**CHANNEL, "ChannelName": "x" * 65}]},
        {"InputDataConfig": []},
        {"OutputDataConfig": {"S3OutputPath": "b/out"}},
        {"RoleArn": "r"},
        {"StoppingCondition": {"MaxRuntimeInSeconds": 0}},
        {"HyperParameters": {"name": "x" * 2501}},
        {"AlgorithmSpecification": {"TrainingInputMode": "Telepathy"}},
        {"AlgorithmSpecification": {"TrainingImage": "x"}},
    ],
)
def test_what_aws_refuses_is_refused(changed: dict[str, Any]) -> None:
    found = refused(**changed)
    assert found
    assert all("failed to satisfy constraint" in one for one in found)


def test_the_message_counts_and_names_each() -> None:
    found = refused(TrainingJobName="a_job", RoleArn="r" * 20)
    said = message(found)
    assert said.startswith("2 validation errors detected: ")
    assert "at 'trainingJobName'" in said
    assert "at 'roleArn'" in said
