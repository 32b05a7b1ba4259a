"""What a deployment touches, shown on local AWS with the reviewed templates."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from local_aws.testing.running import LocalAws

from artifact.archive import pack
from tests.integration.stacks.account import Account
from tests.unit.serving.sample_artifact import write_artifact


@pytest.fixture(scope="module")
def account(local_aws: LocalAws) -> Account:
    return Account(local_aws)


@pytest.fixture(scope="module")
def artifact_uris(
    account: Account, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """Two artifacts in dev's own bucket, which lives as long as the tests here."""
    outputs = account.deploy("dev", "storage")
    directory = tmp_path_factory.mktemp("artifact")
    write_artifact(directory)
    archive = tmp_path_factory.mktemp("archive") / "model.tar.gz"
    pack(directory, archive)
    bucket = outputs["ArtifactBucketName"]
    keys = [f"{job}/output/model.tar.gz" for job in ("first", "second")]
    for key in keys:
        account.s3.upload_file(str(archive), bucket, key)
    first, second = (f"s3://{bucket}/{key}" for key in keys)
    yield first, second
    account.destroy("dev", "storage")


@pytest.fixture(scope="module")
def serving(account: Account, artifact_uris: tuple[str, str]) -> Iterator[str]:
    account.deploy("dev", "serving", ModelArtifactUri=artifact_uris[0])
    yield "fraud-dev-serving"
    account.destroy("dev", "serving")


def planned(account: Account, stack: str, **parameters: str) -> list[dict[str, Any]]:
    """Return the changes of a change set that only changes these parameters."""
    (described,) = account.cloudformation.describe_stacks(StackName=stack)["Stacks"]
    account.cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName="planned",
        UsePreviousTemplate=True,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": key, "ParameterValue": parameters[key]}
            if key in parameters
            else {"ParameterKey": key, "UsePreviousValue": True}
            for key in (item["ParameterKey"] for item in described["Parameters"])
        ],
    )
    account.cloudformation.get_waiter("change_set_create_complete").wait(
        StackName=stack,
        ChangeSetName="planned",
        WaiterConfig={"Delay": 1, "MaxAttempts": 30},
    )
    change_set = account.cloudformation.describe_change_set(
        StackName=stack, ChangeSetName="planned"
    )
    account.cloudformation.delete_change_set(StackName=stack, ChangeSetName="planned")
    return [item["ResourceChange"] for item in change_set["Changes"]]


def test_a_new_artifact_replaces_model_and_config_and_updates_the_endpoint(
    account: Account, serving: str, artifact_uris: tuple[str, str]
) -> None:
    changes = planned(account, serving, ModelArtifactUri=artifact_uris[1])
    assert {
        change["ResourceType"]: (change["Action"], change["Replacement"])
        for change in changes
    } == {
        "AWS::SageMaker::Model": ("Modify", "True"),
        "AWS::SageMaker::EndpointConfig": ("Modify", "True"),
        "AWS::SageMaker::Endpoint": ("Modify", "False"),
    }
    assert len(changes) == 3


def test_a_new_decision_rule_leaves_the_endpoint_alone(
    account: Account, serving: str
) -> None:
    rule = json.dumps({"policy": "threshold", "threshold": 0.9})
    changes = planned(account, serving, DecisionRule=rule)
    assert [change["ResourceType"] for change in changes] == ["AWS::SSM::Parameter"]


@pytest.mark.usefixtures("artifact_uris")
def test_destroying_one_environment_does_not_touch_another(account: Account) -> None:
    before = account.of("dev")
    assert len(before["buckets"]) == 3

    account.deploy("staging", "storage")
    account.deploy("staging", "training")
    assert account.of("dev") == before
    assert account.of("staging")["roles"]

    account.destroy("staging", "training")
    account.destroy("staging", "storage")
    assert not any(account.of("staging").values())
    assert account.of("dev") == before
