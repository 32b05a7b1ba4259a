"""Deploys the reviewed templates to local AWS, without the CDK CLI."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from local_aws.testing.running import LocalAws

TEMPLATES = Path(__file__).parents[3] / "docs" / "templates"
BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"


class Account:
    """Deploys templates, the stored ones by default, as the CDK CLI has it done."""

    def __init__(self, local_aws: LocalAws, templates: Path = TEMPLATES) -> None:
        self.templates = templates
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
        template = (self.templates / environment / f"{name}.template.json").read_text()
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

    def update(self, environment: str, unit: str, **parameters: str) -> None:
        """Deploy a stack's template again, with other parameters."""
        name = f"fraud-{environment}-{unit}"
        self.cloudformation.update_stack(
            StackName=name,
            UsePreviousTemplate=True,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in parameters.items()
            ],
        )
        self.cloudformation.get_waiter("stack_update_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )

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
