"""What CloudFormation says of an environment's stacks."""

from collections.abc import Mapping
from dataclasses import dataclass

import boto3

from cdk_app.naming import Unit, stack_name
from operations.account.errors import CallError, explained

ARTIFACT_URI_PARAMETER = "ModelArtifactUri"
MANIFEST_SHA256_PARAMETER = "ModelManifestSha256"
DECISION_RULE_PARAMETER = "DecisionRule"
ENDPOINT_CONFIG = "AWS::SageMaker::EndpointConfig"


@dataclass(frozen=True)
class DeployedStack:
    """A stack as it is deployed."""

    name: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    #: Type → physical id, for the types that the stack has once.
    resources: Mapping[str, str]


def read_stack(
    session: boto3.Session, environment: str, unit: Unit = "serving"
) -> DeployedStack:
    """Read a stack of an environment.

    Raises
    ------
    CallError
        If there is none.
    """
    name = stack_name(environment, unit)
    with explained():
        client = session.client("cloudformation")
        try:
            (stack,) = client.describe_stacks(StackName=name)["Stacks"]
        except client.exceptions.ClientError as error:
            if error.response["Error"].get("Code") != "ValidationError":
                raise
            raise CallError(
                f"There is no stack {name} here; deploy it with: npx cdk deploy -c "
                f"env={environment} {name}"
            ) from None
        found = client.describe_stack_resources(StackName=name)["StackResources"]
    return DeployedStack(
        name=name,
        status=stack["StackStatus"],
        parameters={
            item["ParameterKey"]: item["ParameterValue"]
            for item in stack.get("Parameters", [])
        },
        outputs={
            item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])
        },
        resources={
            item["ResourceType"]: item["PhysicalResourceId"]
            for item in found
            if "PhysicalResourceId" in item
        },
    )


def same_name(physical_id: str, name: str) -> bool:
    """Whether a physical id, a name or an ARN of it, is of the resource `name`.

    SageMaker's ARNs write names in lower case.
    """
    return physical_id.rpartition("/")[2].lower() == name.lower()
