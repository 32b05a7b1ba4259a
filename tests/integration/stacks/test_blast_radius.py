"""What a deployment touches, shown on local AWS with the reviewed templates."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from artifact.layout import pack
from tests.integration.conftest import LocalAws
from tests.unit.serving.sample_artifact import write_artifact

TEMPLATES = Path(__file__).parents[3] / "docs" / "templates"
BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"


class Account:
    """Deploys the stored templates as CloudFormation does for the CDK CLI."""

    def __init__(self, local_aws: LocalAws) -> None:
        self.cloudformation = local_aws.client("cloudformation")
        self.s3 = local_aws.client("s3")
        self.iam = local_aws.client("iam")
        self.logs = local_aws.client("logs")
        local_aws.client("ssm").put_parameter(
            Name=BOOTSTRAP_PARAMETER, Value="30", Type="String", Overwrite=True
        )
        account = local_aws.client("sts").get_caller_identity()["Account"]
        region = local_aws.environment["AWS_REGION"]
        self.assets = f"cdk-hnb659fds-assets-{account}-{region}"
        self.s3.create_bucket(Bucket=self.assets)

    def deploy(self, environment: str, unit: str, **parameters: str) -> dict[str, str]:
        """Create a stack and return its outputs."""
        name = f"fraud-{environment}-{unit}"
        template = (TEMPLATES / environment / f"{name}.template.json").read_text()
        self._publish_assets(json.loads(template))
        self.cloudformation.create_stack(
            StackName=name,
            TemplateBody=template,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in parameters.items()
            ],
        )
        self.cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )
        (stack,) = self.cloudformation.describe_stacks(StackName=name)["Stacks"]
        return {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}

    def _publish_assets(self, template: dict[str, Any]) -> None:
        """Upload a function's code, as the CDK CLI does; local AWS never runs it."""
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Lambda::Function":
                code = io.BytesIO()
                with zipfile.ZipFile(code, "w") as archive:
                    archive.writestr("index.js", "")
                key = resource["Properties"]["Code"]["S3Key"]
                self.s3.put_object(Bucket=self.assets, Key=key, Body=code.getvalue())

    def destroy(self, environment: str, unit: str) -> None:
        name = f"fraud-{environment}-{unit}"
        self.cloudformation.delete_stack(StackName=name)
        self.cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )

    def of(self, environment: str) -> dict[str, set[str]]:
        """Return what the account holds that carries the environment's name."""
        prefix = f"fraud-{environment}-"
        buckets = self.s3.list_buckets()["Buckets"]
        roles = self.iam.list_roles()["Roles"]
        policies = self.iam.list_policies(Scope="Local")["Policies"]
        groups = self.logs.describe_log_groups()["logGroups"]
        return {
            "buckets": {x["Name"] for x in buckets if x["Name"].startswith(prefix)},
            "roles": {x["RoleName"] for x in roles if prefix in x["RoleName"]},
            "policies": {
                x["PolicyName"] for x in policies if prefix in x["PolicyName"]
            },
            "logs": {x["logGroupName"] for x in groups if prefix in x["logGroupName"]},
        }


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
