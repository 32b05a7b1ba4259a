"""Alarms, dashboards and log groups, those of endpoints included."""

import re
from collections.abc import Iterator

from botocore.exceptions import ClientError

from cdk_app.naming import (
    PROCESSING_JOBS_LOG_GROUP,
    PROJECT,
    TRAINING_JOBS_LOG_GROUP,
    TRANSFORM_JOBS_LOG_GROUP,
)
from cdk_app.prices.units import BYTES_PER_GB
from cdk_app.tags import ENVIRONMENT_TAG, PROJECT_TAG, PROJECT_TAG_VALUE
from operations.leftovers.account import Account
from operations.leftovers.resources import Kind, Resource


def _alarms(account: Account) -> Iterator[Resource]:
    for entry in account.pages("cloudwatch", "describe_alarms", "MetricAlarms"):
        arn = entry["AlarmArn"]
        metrics = sum("MetricStat" in metric for metric in entry.get("Metrics", []))
        yield Resource(
            "alarm",
            entry["AlarmName"],
            arn,
            account.tags(arn),
            monthly_usd=account.monthly_usd("cloudwatch.alarm", metrics or 1),
        )


def _delete_alarm(account: Account, resource: Resource) -> str:
    account.client("cloudwatch").delete_alarms(AlarmNames=[resource.name])
    return "deleted"


def _dashboards(account: Account) -> Iterator[Resource]:
    for entry in account.pages("cloudwatch", "list_dashboards", "DashboardEntries"):
        name, arn = entry["DashboardName"], entry["DashboardArn"]
        yield Resource(
            "dashboard",
            name,
            arn,
            account.tags(arn) or _tags_by_content(account, name),
            monthly_usd=account.monthly_usd("cloudwatch.dashboard", 1),
        )


def _tags_by_content(account: Account, name: str) -> dict[str, str]:
    """Return what the tags would be of a dashboard that shows an environment.

    Dashboards could not be tagged until lately. The heading of those that were made
    before, or the namespace of their metrics, names the environment.
    """
    if not name.startswith(f"{PROJECT}-"):
        return {}
    try:
        body = account.client("cloudwatch").get_dashboard(DashboardName=name)
    except ClientError:
        return {}
    shown = re.search(
        rf"# {PROJECT}-([a-z0-9-]+)|{PROJECT.title()}/([a-z0-9-]+)",
        body["DashboardBody"],
    )
    if not shown:
        return {}
    return {PROJECT_TAG: PROJECT_TAG_VALUE, ENVIRONMENT_TAG: shown[1] or shown[2]}


def _delete_dashboard(account: Account, resource: Resource) -> str:
    account.client("cloudwatch").delete_dashboards(DashboardNames=[resource.name])
    return "deleted"


ALARMS = Kind("alarm", _alarms, _delete_alarm)
DASHBOARDS = Kind("dashboard", _dashboards, _delete_dashboard)


#: SageMaker writes every job of the account and region to these.
SHARED_LOG_GROUPS = (
    PROCESSING_JOBS_LOG_GROUP,
    TRAINING_JOBS_LOG_GROUP,
    TRANSFORM_JOBS_LOG_GROUP,
)


def _log_groups(account: Account) -> Iterator[Resource]:
    for entry in account.pages("logs", "describe_log_groups", "logGroups"):
        arn = entry["arn"].removesuffix(":*")
        tags = account.tags(arn)
        stored_bytes = entry.get("storedBytes", 0)
        days = entry.get("retentionInDays")
        yield Resource(
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


def _delete(account: Account, resource: Resource) -> str:
    account.client("logs").delete_log_group(logGroupName=resource.name)
    return "deleted"


LOG_GROUPS = Kind("log group", _log_groups, _delete)
