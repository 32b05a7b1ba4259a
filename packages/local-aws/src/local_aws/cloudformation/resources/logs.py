"""Log groups, and the metrics that filters make of their events."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles
from local_aws.cloudformation.stack import Physical, Resource
from local_aws.partitions import arn

NAME_CHARACTERS = 512
GONE = "ResourceNotFoundException"


@handles(
    "AWS::Logs::LogGroup",
    immutable={"LogGroupName"},
    applies={"LogGroupName", "KmsKeyId", "RetentionInDays", "Tags"},
)
class LogGroupHandler:
    """AWS::Logs::LogGroup."""

    def create(self, request: Request) -> Physical:
        """Create the group."""
        name = request.name("LogGroupName", NAME_CHARACTERS)
        settings = {}
        if key := request.properties.get("KmsKeyId"):
            settings["kmsKeyId"] = key
        request.client("logs").create_log_group(
            logGroupName=name, tags=request.tag_map(), **settings
        )
        self._retain(request, name)
        region = request.clients.region
        group = arn("logs", region, request.account, f"log-group:{name}:*")
        return Physical(name, {"Arn": group})

    def update(self, request: Request, current: Resource) -> Physical:
        """Change the retention, the key and the tags."""
        name = current.physical.id
        self._retain(request, name)
        logs = request.client("logs")
        key = request.properties.get("KmsKeyId")
        if key:
            logs.associate_kms_key(logGroupName=name, kmsKeyId=key)
        elif "KmsKeyId" in current.properties:
            logs.disassociate_kms_key(logGroupName=name)
        logs.tag_log_group(logGroupName=name, tags=request.tag_map())
        if stale := request.stale_tags(current):
            logs.untag_log_group(logGroupName=name, tags=stale)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the group with its streams."""
        try:
            request.client("logs").delete_log_group(logGroupName=current.physical.id)
        except ClientError as error:
            if error.response["Error"]["Code"] != GONE:
                raise

    def _retain(self, request: Request, name: str) -> None:
        logs = request.client("logs")
        if days := request.properties.get("RetentionInDays"):
            logs.put_retention_policy(logGroupName=name, retentionInDays=int(days))
        else:
            logs.delete_retention_policy(logGroupName=name)


@handles(
    "AWS::Logs::MetricFilter",
    immutable={"FilterName", "LogGroupName"},
    applies={"FilterName", "LogGroupName", "FilterPattern", "MetricTransformations"},
)
class MetricFilterHandler:
    """AWS::Logs::MetricFilter: recorded; events are not turned into metrics."""

    def create(self, request: Request) -> Physical:
        """Put the filter."""
        name = request.name("FilterName", NAME_CHARACTERS)
        self._put(request, name)
        return Physical(name)

    def update(self, request: Request, current: Resource) -> Physical:
        """Put it anew."""
        self._put(request, current.physical.id)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the filter."""
        try:
            request.client("logs").delete_metric_filter(
                logGroupName=current.properties["LogGroupName"],
                filterName=current.physical.id,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != GONE:
                raise

    def _put(self, request: Request, name: str) -> None:
        properties = request.properties
        request.call(
            "logs",
            "put_metric_filter",
            logGroupName=properties["LogGroupName"],
            filterName=name,
            filterPattern=properties["FilterPattern"],
            metricTransformations=[
                _transformation(each) for each in properties["MetricTransformations"]
            ],
        )


def _transformation(properties: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        key[0].lower() + key[1:]: value
        for key, value in properties.items()
        if key != "Dimensions"
    }
    if dimensions := properties.get("Dimensions"):
        made["dimensions"] = {each["Key"]: each["Value"] for each in dimensions}
    return made
