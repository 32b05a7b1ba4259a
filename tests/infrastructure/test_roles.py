import json
from typing import Any

import pytest

from review.permissions import statements as permissions
from review.schemas import is_action
from tests.infrastructure.synthesized import Synthesized

UNITS = ("training", "serving")
WITH_KEY = {"MountEncryptedVolumes", "UseKey"}


def of_container(synthesized: Synthesized, unit: str, resource_type: str) -> str:
    """Logical id of the role, or its policy, that a unit's containers have."""
    (name,) = (
        name
        for name in synthesized.resources(unit, resource_type)
        if name.startswith(f"{unit.capitalize()}Role")
    )
    return name


def role_of(synthesized: Synthesized, unit: str) -> dict[str, Any]:
    roles = synthesized.resources(unit, "AWS::IAM::Role")
    role: dict[str, Any] = roles[of_container(synthesized, unit, "AWS::IAM::Role")]
    properties: dict[str, Any] = role["Properties"]
    return properties


def statements(synthesized: Synthesized, unit: str) -> dict[str, dict[str, Any]]:
    name = of_container(synthesized, unit, "AWS::IAM::ManagedPolicy")
    policies = synthesized.resources(unit, "AWS::IAM::ManagedPolicy")
    policy = policies[name]["Properties"]
    return {item["Sid"]: item for item in policy["PolicyDocument"]["Statement"]}


@pytest.mark.parametrize("unit", UNITS)
def test_policy_is_attached_when_the_role_is_created(
    environment: Synthesized, unit: str
) -> None:
    """A policy attached later comes after SageMaker has read the artifact."""
    policy = of_container(environment, unit, "AWS::IAM::ManagedPolicy")
    role = role_of(environment, unit)
    assert role["ManagedPolicyArns"] == [{"Ref": policy}]
    assert "Policies" not in role
    assert not environment.resources(unit, "AWS::IAM::Policy")


@pytest.mark.parametrize("unit", UNITS)
def test_only_sagemaker_in_this_account_and_region_assumes_the_role(
    environment: Synthesized, unit: str
) -> None:
    role = role_of(environment, unit)
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert statement["Action"] == "sts:AssumeRole"
    condition = statement["Condition"]
    assert condition["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    arn = json.dumps(condition["ArnLike"]["aws:SourceArn"])
    assert ":sagemaker:" in arn
    assert "AWS::Region" in arn
    assert "AWS::AccountId" in arn


def test_no_action_is_a_wildcard(environment: Synthesized) -> None:
    for unit in environment.units:
        for policy in environment.resources(unit, "AWS::IAM::ManagedPolicy").values():
            for item in policy["Properties"]["PolicyDocument"]["Statement"]:
                actions = item["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    assert "*" not in action


def test_training_reads_data_and_writes_only_artifacts(
    environment: Synthesized,
) -> None:
    allowed = statements(environment, "training")
    assert set(allowed) - WITH_KEY == {
        "ListBuckets",
        "LogInToRegistry",
        "PullImage",
        "PutMetrics",
        "ReadCheckpoints",
        "ReadDataAndCode",
        "WriteArtifacts",
        "WriteLogs",
    }
    written = json.dumps(allowed["WriteArtifacts"]["Resource"])
    assert "ArtifactsBucket" in written
    assert f'"/fraud-{environment.environment}-*"' in written
    assert "DataBucket" not in written
    read = json.dumps(allowed["ReadDataAndCode"]["Resource"])
    assert '"/datasets/*"' in read
    assert '"/code/*"' in read
    resumed = json.dumps(allowed["ReadCheckpoints"]["Resource"])
    assert f'"/fraud-{environment.environment}-checkpoints/*"' in resumed


def test_serving_reads_artifacts_and_data_and_writes_only_scores(
    environment: Synthesized,
) -> None:
    allowed = statements(environment, "serving")
    assert set(allowed) - WITH_KEY - {"CaptureData", "WatchRollbackAlarms"} == {
        "ListBatchInput",
        "ReadBatchInput",
        "WriteBatchLogs",
        "WriteBatchOutput",
        "ListArtifacts",
        "LogInToRegistry",
        "PullImage",
        "PutMetrics",
        "ReadArtifacts",
        "WriteLogs",
    }
    assert allowed["ReadArtifacts"]["Action"] == "s3:GetObject"
    assert "/*/model.tar.gz" in json.dumps(allowed["ReadArtifacts"]["Resource"])
    read = allowed.pop("ReadBatchInput")
    assert read["Action"] == "s3:GetObject"
    prefixes = json.dumps(read["Resource"])
    assert "/datasets/*" in prefixes
    assert "/batch/*" in prefixes
    assert "captures" not in prefixes
    listed = allowed.pop("ListBatchInput")
    assert listed["Condition"] == {
        "StringLike": {"s3:prefix": ["datasets/*", "batch/*"]}
    }
    written = allowed.pop("WriteBatchOutput")
    assert written["Action"] == ["s3:AbortMultipartUpload", "s3:PutObject"]
    assert "/batch/*" in json.dumps(written["Resource"])
    del allowed["ReadArtifacts"], allowed["ListArtifacts"]
    for item in allowed.values():
        if "Bucket" in json.dumps(item["Resource"]):
            assert item["Sid"] == "CaptureData"
            assert item["Action"] == "s3:PutObject"
            assert "/captures/*" in json.dumps(item["Resource"])


def test_endpoint_cannot_bring_its_log_group_back(environment: Synthesized) -> None:
    write_logs = statements(environment, "serving")["WriteLogs"]
    assert "logs:CreateLogGroup" not in write_logs["Action"]
    assert f":log-group:/aws/sagemaker/Endpoints/fraud-{environment.environment}:*" in (
        json.dumps(write_logs["Resource"])
    )


@pytest.mark.parametrize("unit", UNITS)
def test_only_the_one_image_is_pulled(environment: Synthesized, unit: str) -> None:
    pull = statements(environment, unit)["PullImage"]
    arn = json.dumps(pull["Resource"])
    if unit == "serving" and environment.settings.container.image == "project":
        assert "ServingImageRepository" in arn
        assert "Fn::ImportValue" in arn
        return
    assert ":repository/sagemaker-scikit-learn" in arn
    assert "ScikitLearnRegistries" in arn


def test_every_action_of_a_role_is_one_of_iam(
    environment: Synthesized, everything: Synthesized
) -> None:
    for synthesized in (environment, everything):
        for unit in synthesized.units:
            for statement in permissions({unit: synthesized.json(unit)}):
                assert all(map(is_action, statement.actions)), statement
