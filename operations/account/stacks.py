"""What CloudFormation says of a stack, and the command that deploys one."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import boto3
from botocore.exceptions import ClientError

from cdk_app.naming import PROJECT, Unit, stack_name
from operations.account.absent import absent
from operations.account.errors import OperationError, error_code, explained


@dataclass(frozen=True)
class DeployedStack:
    """A stack as it is deployed."""

    name: str
    status: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]

    def output(self, key: str, remedy: str = "deploy it again.") -> str:
        """Return an output's value.

        Raises
        ------
        OperationError
            If the stack has no such output.
        """
        if key not in self.outputs:
            raise OperationError(
                f"{self.name}: expected its output {key}, found none; {remedy}"
            )
        return self.outputs[key]


def read_stack(
    session: boto3.Session, environment: str, unit: Unit = "serving"
) -> DeployedStack:
    """Read a stack of an environment.

    Raises
    ------
    OperationError
        If there is none.
    """
    # The serving stack is deployed with an artifact.
    remedy = (
        f"train a model with: fraud launch --env {environment}, and deploy it with: "
        f'eval "$(fraud launch --env {environment} --last)"'
        if unit == "serving"
        else f"deploy it with: {deploy_command(environment, unit)}"
    )
    return find_stack(session, stack_name(environment, unit), remedy)


def find_stack(session: boto3.Session, name: str, remedy: str) -> DeployedStack:
    """Read a stack by its name.

    Raises
    ------
    OperationError
        If there is none, or no more of it than a change set that nobody executed;
        ``remedy`` ends its sentence.
    """
    with explained():
        client = session.client("cloudformation")
        try:
            (stack,) = client.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if error_code(error) != "ValidationError":
                raise
            raise absent(
                session,
                f"stack {name}",
                remedy,
                kind="stacks",
                there=lambda: project_stacks(session),
            ) from None
    if stack["StackStatus"] == "REVIEW_IN_PROGRESS":
        raise OperationError(
            f"The stack {name} in {session.region_name} was never deployed, it waits "
            f"for its first change set; {remedy}"
        )
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
    )


def is_deployed(session: boto3.Session, environment: str) -> bool:
    """Whether an environment has a serving stack.

    Raises
    ------
    OperationError
        If AWS refuses to show it.
    """
    with explained():
        client = session.client("cloudformation")
        try:
            client.describe_stacks(StackName=stack_name(environment, "serving"))
        except ClientError as error:
            if error_code(error) != "ValidationError":
                raise
            return False
    return True


def project_stacks(session: boto3.Session) -> Iterator[str]:
    """Yield the names of the project's stacks that exist, in every environment."""
    pages = session.client("cloudformation").get_paginator("describe_stacks").paginate()
    for page in pages:
        for stack in page["Stacks"]:
            if stack["StackName"].startswith(f"{PROJECT}-"):
                yield stack["StackName"]


def physical_ids(session: boto3.Session, stack: str) -> dict[str, str]:
    """Return type → physical id, for the types that the stack has once."""
    with explained():
        client = session.client("cloudformation")
        found = client.describe_stack_resources(StackName=stack)["StackResources"]
    return {
        item["ResourceType"]: item["PhysicalResourceId"]
        for item in found
        if "PhysicalResourceId" in item
    }


def same_name(physical_id: str, name: str) -> bool:
    """Whether a physical id, a name or an ARN of it, is of the resource `name`.

    SageMaker's ARNs write names in lower case.
    """
    return physical_id.rpartition("/")[2].lower() == name.lower()


def deploy_command(
    environment: str,
    unit: Unit = "serving",
    parameters: Mapping[str, str] | None = None,
) -> str:
    """Return the command that deploys a stack, quoted, one parameter a line.

    Parameters are qualified by the stack: the CDK CLI sends others to every stack.
    """
    stack = stack_name(environment, unit)
    lines = [f"npx cdk deploy -c env={environment} {stack}"]
    lines += [
        f"  --parameters {shlex.quote(f'{stack}:{name}={value}')}"
        for name, value in (parameters or {}).items()
    ]
    return " \\\n".join(lines)
