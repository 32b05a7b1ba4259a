"""What the stacks of an environment have made for training."""

from dataclasses import dataclass

import boto3

from cdk_app.naming import (
    ARTIFACT_BUCKET_OUTPUT,
    DATA_BUCKET_OUTPUT,
    ENCRYPTION_KEY_OUTPUT,
    TRAINING_ROLE_OUTPUT,
    Unit,
)
from operations.account.errors import OperationError
from operations.account.stacks import DeployedStack, read_stack

_BEING_MADE_OR_DELETED = {"CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS"}


@dataclass(frozen=True)
class JobResources:
    """Buckets, role and key that a training job of one environment uses."""

    data_bucket: str
    artifact_bucket: str
    training_role_arn: str
    #: The environment's own key; None where the services' keys are used.
    encryption_key_arn: str | None = None


def find_resources(session: boto3.Session, environment: str) -> JobResources:
    """Read the outputs of the storage and training stacks.

    Raises
    ------
    OperationError
        If a stack is not deployed.
    """
    storage = _stack(session, environment, "storage")
    training = _stack(session, environment, "training")
    return JobResources(
        data_bucket=storage.output(DATA_BUCKET_OUTPUT),
        artifact_bucket=storage.output(ARTIFACT_BUCKET_OUTPUT),
        training_role_arn=training.output(TRAINING_ROLE_OUTPUT),
        encryption_key_arn=storage.outputs.get(ENCRYPTION_KEY_OUTPUT),
    )


def _stack(session: boto3.Session, environment: str, unit: Unit) -> DeployedStack:
    stack = read_stack(session, environment, unit)
    if stack.status in _BEING_MADE_OR_DELETED:
        raise OperationError(
            f"The stack {stack.name} is in state {stack.status}; wait until it is done."
        )
    return stack
