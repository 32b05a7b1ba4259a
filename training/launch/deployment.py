"""What the stacks of an environment have deployed for training."""

from dataclasses import dataclass

import boto3
from botocore.exceptions import ClientError

from cdk_app.naming import (
    ARTIFACT_BUCKET_OUTPUT,
    DATA_BUCKET_OUTPUT,
    ENCRYPTION_KEY_OUTPUT,
    TRAINING_ROLE_OUTPUT,
    Unit,
    stack_name,
)
from training.launch.errors import LaunchError, aws_errors_told


@dataclass(frozen=True)
class Deployment:
    """Buckets, role and key that a training job of one environment uses."""

    data_bucket: str
    artifact_bucket: str
    training_role_arn: str
    #: The environment's own key; None where the services' keys are used.
    encryption_key_arn: str | None = None


def find_deployment(session: boto3.Session, environment: str) -> Deployment:
    """Read the outputs of the storage and training stacks.

    Raises
    ------
    LaunchError
        If there are no credentials, or a stack is not deployed.
    """
    with aws_errors_told():
        storage = _outputs(session, environment, "storage")
        training = _outputs(session, environment, "training")
    return Deployment(
        data_bucket=storage[DATA_BUCKET_OUTPUT],
        artifact_bucket=storage[ARTIFACT_BUCKET_OUTPUT],
        training_role_arn=training[TRAINING_ROLE_OUTPUT],
        encryption_key_arn=storage.get(ENCRYPTION_KEY_OUTPUT),
    )


def _outputs(session: boto3.Session, environment: str, unit: Unit) -> dict[str, str]:
    name = stack_name(environment, unit)
    try:
        stacks = session.client("cloudformation").describe_stacks(StackName=name)
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        raise LaunchError(
            f"The stack {name} is not deployed in {session.region_name}; run: npx cdk "
            f"deploy -c env={environment} {stack_name(environment, 'training')}"
        ) from None
    stack = stacks["Stacks"][0]
    if stack["StackStatus"] in {"CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS"}:
        raise LaunchError(
            f"The stack {name} is in state {stack['StackStatus']}; wait until it is "
            "done."
        )
    return {
        output["OutputKey"]: output["OutputValue"]
        for output in stack.get("Outputs", [])
    }
