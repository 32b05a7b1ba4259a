"""Alarms and dashboards."""

import json

from local_aws.cloudformation.resources.base import Request, handles, pick
from local_aws.cloudformation.stack import Physical, Resource
from local_aws.partitions import arn

ALARM_NAME_CHARACTERS = 255
DASHBOARD_NAME_CHARACTERS = 255
ALARM_SETTINGS = (
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluateLowSampleCountPercentile",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "InsufficientDataActions",
    "MetricName",
    "Metrics",
    "Namespace",
    "OKActions",
    "Period",
    "Statistic",
    "Threshold",
    "ThresholdMetricId",
    "TreatMissingData",
    "Unit",
)


@handles(
    "AWS::CloudWatch::Alarm",
    immutable={"AlarmName"},
    applies={"AlarmName", "Tags", *ALARM_SETTINGS},
)
class AlarmHandler:
    """AWS::CloudWatch::Alarm."""

    def create(self, request: Request) -> Physical:
        """Put the alarm."""
        name = request.name("AlarmName", ALARM_NAME_CHARACTERS)
        cloudwatch = request.client("cloudwatch")
        request.check_absent(
            name,
            lambda: cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"],
        )
        return self._put(request, name)

    def update(self, request: Request, current: Resource) -> Physical:
        """Put the alarm anew; an alarm that exists takes no tags by that."""
        made = self._put(request, current.physical.id)
        cloudwatch = request.client("cloudwatch")
        resource = {"ResourceARN": made.attributes["Arn"]}
        cloudwatch.tag_resource(**resource, Tags=request.tag_list())
        if stale := request.stale_tags(current):
            cloudwatch.untag_resource(**resource, TagKeys=stale)
        return made

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the alarm; CloudWatch does not mind one that is gone."""
        request.client("cloudwatch").delete_alarms(AlarmNames=[current.physical.id])

    def _put(self, request: Request, name: str) -> Physical:
        request.call(
            "cloudwatch",
            "put_metric_alarm",
            AlarmName=name,
            Tags=request.tag_list(),
            **pick(request.properties, *ALARM_SETTINGS),
        )
        region = request.clients.region
        alarm = arn("cloudwatch", region, request.account, f"alarm:{name}")
        return Physical(name, {"Arn": alarm})


@handles("AWS::CloudWatch::Dashboard", immutable={"DashboardName"})
class DashboardHandler:
    """AWS::CloudWatch::Dashboard."""

    def create(self, request: Request) -> Physical:
        """Put the dashboard."""
        name = request.name("DashboardName", DASHBOARD_NAME_CHARACTERS)
        cloudwatch = request.client("cloudwatch")
        request.check_absent(name, lambda: cloudwatch.get_dashboard(DashboardName=name))
        return self._put(request, name)

    def update(self, request: Request, current: Resource) -> Physical:
        """Put the dashboard anew."""
        return self._put(request, current.physical.id)

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the dashboard."""
        cloudwatch = request.client("cloudwatch")
        listed = cloudwatch.list_dashboards(DashboardNamePrefix=current.physical.id)
        names = {entry["DashboardName"] for entry in listed["DashboardEntries"]}
        if current.physical.id in names:
            cloudwatch.delete_dashboards(DashboardNames=[current.physical.id])

    def _put(self, request: Request, name: str) -> Physical:
        body = request.properties["DashboardBody"]
        request.client("cloudwatch").put_dashboard(
            DashboardName=name,
            DashboardBody=body if isinstance(body, str) else json.dumps(body),
        )
        return Physical(name)
