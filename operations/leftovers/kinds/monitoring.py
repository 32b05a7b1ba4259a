"""Alarms and dashboards of CloudWatch."""

from collections.abc import Iterator

from operations.leftovers.account import Account
from operations.leftovers.found import Found
from operations.leftovers.kinds.kind import Kind
from operations.leftovers.scope import as_mapping


def _alarms(account: Account) -> Iterator[Found]:
    cloudwatch = account.client("cloudwatch")
    for entry in account.pages("cloudwatch", "describe_alarms", "MetricAlarms"):
        arn = entry["AlarmArn"]
        tags = as_mapping(cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"])
        metrics = sum("MetricStat" in metric for metric in entry.get("Metrics", []))
        yield Found(
            "alarm",
            entry["AlarmName"],
            arn,
            tags,
            monthly_usd=account.monthly_usd("cloudwatch.alarm", metrics or 1),
        )


def _delete_alarm(account: Account, found: Found) -> str:
    account.client("cloudwatch").delete_alarms(AlarmNames=[found.name])
    return "deleted"


def _dashboards(account: Account) -> Iterator[Found]:
    """Yield dashboards without tags: CloudWatch does not tell them."""
    for entry in account.pages("cloudwatch", "list_dashboards", "DashboardEntries"):
        yield Found(
            "dashboard",
            entry["DashboardName"],
            entry["DashboardArn"],
            monthly_usd=account.monthly_usd("cloudwatch.dashboard", 1),
        )


def _delete_dashboard(account: Account, found: Found) -> str:
    account.client("cloudwatch").delete_dashboards(DashboardNames=[found.name])
    return "deleted"


ALARMS = Kind("alarm", _alarms, _delete_alarm)
DASHBOARDS = Kind("dashboard", _dashboards, _delete_dashboard)
