"""Changes to moto's own classes, each with the symptom that it cures.

What is replaced as a whole (CloudFormation, parts of SageMaker) lives in its own
package; `errors` answers what moto lacks.
"""

from __future__ import annotations

import os

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from local_aws import iam_simulation


def apply() -> None:
    """Apply all mends to this process."""
    know_managed_policies()
    record_bucket_policies_only()
    iam_simulation.add_to_moto()


def know_managed_policies() -> None:
    """Let roles have AWS's managed policies.

    Symptom: `cdk bootstrap` failed with "Policy arn:aws:iam::aws:policy/ReadOnlyAccess
    does not exist or is not attachable."
    """
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"


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

    FakeBucket.get_permission = get_permission
