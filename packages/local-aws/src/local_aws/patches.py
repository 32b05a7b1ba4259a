"""Changes to moto's own classes, each with the symptom that it cures.

What is replaced as a whole (CloudFormation, parts of SageMaker) lives in its own
package; `errors` answers what moto lacks.
"""

import os
import re
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpointConfig

from local_aws import resource_tags

#: Service → module that adds to moto what it lacks.
ADDED = {
    "codebuild": "local_aws.codebuild.builds",
    "dynamodb": "local_aws.dynamodb",
    "iam": "local_aws.iam_simulation",
}
INSTANCE_TYPE = re.compile(
    r"ml\.[a-z]+\d+[a-z0-9-]*\.(nano|micro|small|medium|\d*x?large)"
)


def apply() -> None:
    """Apply the patches that every server needs."""
    know_managed_policies()
    know_new_instance_types()
    resource_tags.show_endpoint_config_arns()


def apply_to(service: str) -> None:
    """Apply the patches of a service that is asked for the first time.

    Not before: moto's services take seconds to import, Application Auto Scaling alone,
    which imports EC2, as long as all that every server needs.
    """
    match service:
        case "applicationautoscaling":
            resource_tags.keep_tags_of_targets()
        case "budgets":
            resource_tags.keep_tags_of_budgets()
        case "codebuild" | "dynamodb" | "iam":
            import_module(ADDED[service]).add_to_moto()
        case "s3":
            record_bucket_policies_only()
        case "ssm":
            import_ssm_without_ec2()


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
    from moto.iam.access_control import PermissionResult  # noqa: PLC0415 - `apply_to`
    from moto.s3.models import FakeBucket  # noqa: PLC0415

    def get_permission(
        self: FakeBucket,  # noqa: ARG001
        action: str,  # noqa: ARG001
        resource: str,  # noqa: ARG001
    ) -> PermissionResult:
        return PermissionResult.NEUTRAL

    bucket: Any = FakeBucket
    bucket.get_permission = get_permission


class Ec2Backends:
    """EC2's backends, imported when one is asked for."""

    def __getitem__(self, account: str) -> Any:  # noqa: ANN401 - moto's own
        """Return an account's backends."""
        from moto.ec2.models import ec2_backends  # noqa: PLC0415 - see below

        return ec2_backends[account]


def import_ssm_without_ec2() -> None:
    """Import SSM alone: only its Run Command needs EC2.

    Symptom: the first parameter took a second of processor time, in which EC2 read
    what it offers in every region.
    """
    if "moto.ec2" in sys.modules:
        return
    stand_in: Any = ModuleType("moto.ec2")
    stand_in.ec2_backends = Ec2Backends()
    sys.modules["moto.ec2"] = stand_in
    try:
        import_module("moto.ssm.models")
    finally:
        del sys.modules["moto.ec2"]
