"""Changes to moto's own classes, each with the symptom that it cures.

What is replaced as a whole (CloudFormation, parts of SageMaker) lives in its own
package; `errors` answers what moto lacks.
"""

import os
import re
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpointConfig

from local_aws import iam_simulation, resource_tags
from local_aws.codebuild import builds as codebuild_builds

INSTANCE_TYPE = re.compile(
    r"ml\.[a-z]+\d+[a-z0-9-]*\.(nano|micro|small|medium|\d*x?large)"
)


def apply() -> None:
    """Apply all patches to this process."""
    know_managed_policies()
    record_bucket_policies_only()
    know_new_instance_types()
    codebuild_builds.add_to_moto()
    iam_simulation.add_to_moto()
    resource_tags.add_to_moto()


def apply_to(service: str) -> None:
    """Apply the patches of a service that not every start is to wait for."""
    if service == "dynamodb":
        # Here, not at the top: moto's DynamoDB takes a quarter of a second.
        from local_aws import dynamodb  # noqa: PLC0415

        dynamodb.add_to_moto()


def know_managed_policies() -> None:
    """Let roles have AWS's managed policies.

    Symptom: `cdk bootstrap` failed with "Policy arn:aws:iam::aws:policy/ReadOnlyAccess
    does not exist or is not attachable."
    """
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"


def know_new_instance_types() -> None:
    """Take any instance type that looks like one.

    Symptom: moto knows the instance types of about 2020, and refused ml.m6i.large,
    ml.c7i.xlarge and so on for endpoints.
    """

    def validate_instance_type(
        self: FakeEndpointConfig,  # noqa: ARG001
        instance_type: str,
    ) -> None:
        if not INSTANCE_TYPE.fullmatch(instance_type):
            raise ValidationError(
                f"Value '{instance_type}' at 'instanceType' failed to satisfy "
                f"constraint: expected an instance type such as ml.m5.large"
            )

    config: Any = FakeEndpointConfig
    config.validate_instance_type = validate_instance_type


def record_bucket_policies_only() -> None:
    """Keep and show bucket policies, and deny nothing by them.

    Symptom: moto takes a Deny statement without its conditions, so the statement that
    refuses plain HTTP, which every careful bucket has, denied each PutObject. Local
    AWS authenticates nobody, so there is nothing to weigh a policy against.
    """

    def get_permission(
        self: FakeBucket,  # noqa: ARG001
        action: str,  # noqa: ARG001
        resource: str,  # noqa: ARG001
    ) -> PermissionResult:
        return PermissionResult.NEUTRAL

    bucket: Any = FakeBucket
    bucket.get_permission = get_permission
