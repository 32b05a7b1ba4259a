"""Resource types: one handler each, found by the type's name."""

from local_aws.cloudformation.resources import (  # noqa: F401  (each registers)
    applicationautoscaling,
    budgets,
    cdk,
    cloudwatch,
    ecr,
    iam,
    kms,
    lambda_function,
    logs,
    s3,
    sagemaker,
    scheduler,
    sns,
    ssm,
)
from local_aws.cloudformation.resources.base import REGISTRY, Handler, Request
from local_aws.cloudformation.resources.moto_model import MotoModelHandler

__all__ = ["Request", "handler_for", "immutable_properties"]


def handler_for(resource_type: str) -> Handler:
    """Return a type's handler: local AWS's own, or else moto's model of the type.

    Raises
    ------
    ResourceError
        If neither knows the type.
    """
    if resource_type in REGISTRY:
        return REGISTRY[resource_type].handler
    return MotoModelHandler.of(resource_type)


def immutable_properties(resource_type: str) -> frozenset[str] | None:
    """Return the properties whose change replaces a resource; None for all but Tags."""
    if resource_type in REGISTRY:
        return REGISTRY[resource_type].immutable
    return frozenset()
