"""Alarms, metrics and dashboards."""

from review.cost.items import Basis, LineItem
from review.cost.meters.context import Context
from review.cost.templates import Resource

#: Application Auto Scaling makes one to scale out and one to scale in.
ALARMS_OF_TARGET_TRACKING = 2


def alarm(resource: Resource, context: Context) -> list[LineItem]:
    """Price an alarm by the metrics that it reads, as CloudWatch does."""
    metrics = resource.properties.get("Metrics", [])
    statistics = [metric for metric in metrics if "MetricStat" in metric]
    count = len(statistics) if metrics else 1
    return [
        context.line(
            resource.stack,
            "alarm" if count == 1 else f"alarm on {count} metrics",
            Basis.STANDING,
            "cloudwatch.alarm",
            count,
        )
    ]


def scaling_policy(resource: Resource, context: Context) -> list[LineItem]:
    """Price the alarms that Application Auto Scaling makes for target tracking."""
    return [
        context.line(
            resource.stack,
            f"{ALARMS_OF_TARGET_TRACKING} alarms of target tracking",
            Basis.STANDING,
            "cloudwatch.alarm",
            ALARMS_OF_TARGET_TRACKING,
        )
    ]


def dashboard(resource: Resource, context: Context) -> list[LineItem]:
    """Price a dashboard; the free tier's three are not taken off."""
    return [
        context.line(
            resource.stack, "dashboard", Basis.STANDING, "cloudwatch.dashboard", 1
        )
    ]


def metric_filter(resource: Resource, context: Context) -> list[LineItem]:
    """Price the custom metrics that a metric filter publishes.

    CloudWatch bills a metric for the hours in which it gets data, so none without
    requests, and at most the whole month with any.
    """
    count = len(resource.properties.get("MetricTransformations", []))
    return [
        context.line(
            resource.stack,
            "metric from logs" if count == 1 else f"{count} metrics from logs",
            Basis.TRAFFIC,
            "cloudwatch.metric",
            count if context.workload.requests_per_month else 0,
        )
    ]
