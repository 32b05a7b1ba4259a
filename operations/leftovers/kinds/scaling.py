"""Scalable targets of Application Auto Scaling."""

from collections.abc import Iterator

from operations.leftovers.account import Account
from operations.leftovers.found import Found
from operations.leftovers.kinds.kind import Kind

NAMESPACE = "sagemaker"


def _scalable_targets(account: Account) -> Iterator[Found]:
    autoscaling = account.client("application-autoscaling")
    for entry in account.pages(
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets",
        ServiceNamespace=NAMESPACE,
    ):
        arn = entry.get("ScalableTargetARN", "")
        tags = (
            autoscaling.list_tags_for_resource(ResourceARN=arn)["Tags"] if arn else {}
        )
        yield Found(
            "scalable target",
            entry["ResourceId"],
            arn,
            tags,
            detail=f"{entry['MinCapacity']} to {entry['MaxCapacity']}",
            physical_id="|".join(
                (entry["ResourceId"], entry["ScalableDimension"], NAMESPACE)
            ),
        )


def _deregister(account: Account, found: Found) -> str:
    autoscaling = account.client("application-autoscaling")
    targets = autoscaling.describe_scalable_targets(
        ServiceNamespace=NAMESPACE, ResourceIds=[found.name]
    )["ScalableTargets"]
    for target in targets:
        autoscaling.deregister_scalable_target(
            ServiceNamespace=NAMESPACE,
            ResourceId=found.name,
            ScalableDimension=target["ScalableDimension"],
        )
    return "deregistered"


SCALABLE_TARGETS = Kind("scalable target", _scalable_targets, _deregister)
