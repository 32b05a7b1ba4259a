"""Scalable targets and scaling policies: recorded, no load-driven scaling."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles, pick
from local_aws.cloudformation.stack import Physical, Resource

TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")
SERVICE = "application-autoscaling"
GONE = "ObjectNotFoundException"


SETTINGS = ("MinCapacity", "MaxCapacity", "RoleARN", "SuspendedState")


@handles(
    "AWS::ApplicationAutoScaling::ScalableTarget",
    immutable=set(TARGET),
    applies={*TARGET, *SETTINGS, "Tags"},
)
class ScalableTargetHandler:
    """AWS::ApplicationAutoScaling::ScalableTarget."""

    def create(self, request: Request) -> Physical:
        """Register the target; its id is `resource|dimension|namespace`."""
        properties = request.properties
        self._register(request)
        resource, dimension = properties["ResourceId"], properties["ScalableDimension"]
        return Physical(f"{resource}|{dimension}|{properties['ServiceNamespace']}")

    def update(self, request: Request, current: Resource) -> Physical:
        """Register it anew with other capacities."""
        self._register(request)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Deregister the target."""
        try:
            request.client(SERVICE).deregister_scalable_target(
                **pick(current.properties, *TARGET)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != GONE:
                raise

    def _register(self, request: Request) -> None:
        properties = request.properties
        request.call(
            SERVICE,
            "register_scalable_target",
            Tags=request.tag_map(),
            **pick(
                properties,
                *TARGET,
                *SETTINGS,
            ),
        )


@handles(
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    immutable={"PolicyName", "ScalingTargetId", *TARGET},
    applies={
        *("PolicyName", "PolicyType", "ScalingTargetId", *TARGET),
        *("TargetTrackingScalingPolicyConfiguration", "StepScalingPolicyConfiguration"),
    },
)
class ScalingPolicyHandler:
    """AWS::ApplicationAutoScaling::ScalingPolicy."""

    def create(self, request: Request) -> Physical:
        """Put the policy; its physical id is its ARN."""
        arn = self._put(request)
        return Physical(arn, {"Arn": arn})

    def update(self, request: Request, current: Resource) -> Physical:
        """Put it anew."""
        self._put(request)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the policy."""
        try:
            request.client(SERVICE).delete_scaling_policy(
                PolicyName=current.properties["PolicyName"],
                **_target(current.properties),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != GONE:
                raise

    def _put(self, request: Request) -> str:
        properties = request.properties
        put = request.call(
            SERVICE,
            "put_scaling_policy",
            **pick(
                properties,
                "PolicyName",
                "PolicyType",
                "TargetTrackingScalingPolicyConfiguration",
                "StepScalingPolicyConfiguration",
            ),
            **_target(properties),
        )
        return str(put["PolicyARN"])


def _target(properties: Mapping[str, Any]) -> dict[str, str]:
    """Return the target's three parts, given or from its physical id."""
    if "ScalingTargetId" in properties:
        resource, dimension, namespace = properties["ScalingTargetId"].split("|")
        return {
            "ServiceNamespace": namespace,
            "ResourceId": resource,
            "ScalableDimension": dimension,
        }
    return pick(properties, *TARGET)
