"""Log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import handles
from local_aws.cloudformation.stack import Physical

if TYPE_CHECKING:
    from local_aws.cloudformation.resources.base import Request
    from local_aws.cloudformation.stack import Resource

NAME_CHARACTERS = 512


@handles("AWS::Logs::LogGroup", immutable={"LogGroupName"})
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
        arn = f"arn:aws:logs:{request.clients.region}:{request.account}"
        return Physical(name, {"Arn": f"{arn}:log-group:{name}:*"})

    def update(self, request: Request, current: Resource) -> Physical:
        """Change the retention."""
        self._retain(request, current.physical.id)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the group with its streams."""
        try:
            request.client("logs").delete_log_group(logGroupName=current.physical.id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise

    def _retain(self, request: Request, name: str) -> None:
        logs = request.client("logs")
        if days := request.properties.get("RetentionInDays"):
            logs.put_retention_policy(logGroupName=name, retentionInDays=int(days))
        else:
            logs.delete_retention_policy(logGroupName=name)
