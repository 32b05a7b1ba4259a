"""Log groups, those of endpoints included."""

from collections.abc import Iterator

from cdk_app.prices.units import BYTES_PER_GB
from operations.leftovers.account import Account
from operations.leftovers.found import Found
from operations.leftovers.kinds.kind import Kind

SHARED_LOG_GROUPS = (
    "/aws/sagemaker/ProcessingJobs",
    "/aws/sagemaker/TrainingJobs",
    "/aws/sagemaker/TransformJobs",
)
"""SageMaker writes every job of the account and region to these."""


def _log_groups(account: Account) -> Iterator[Found]:
    logs = account.client("logs")
    for entry in account.pages("logs", "describe_log_groups", "logGroups"):
        arn = entry["arn"].removesuffix(":*")
        tags = logs.list_tags_for_resource(resourceArn=arn).get("tags", {})
        stored_bytes = entry.get("storedBytes", 0)
        days = entry.get("retentionInDays")
        yield Found(
            "log group",
            entry["logGroupName"],
            arn,
            tags,
            monthly_usd=account.monthly_usd(
                "cloudwatch.logs-stored", stored_bytes / BYTES_PER_GB
            ),
            detail=f"{stored_bytes:,} bytes, "
            + (f"kept {days} days" if days else "kept for ever"),
        )


def _delete(account: Account, found: Found) -> str:
    account.client("logs").delete_log_group(logGroupName=found.name)
    return "deleted"


LOG_GROUPS = Kind("log group", _log_groups, _delete)
