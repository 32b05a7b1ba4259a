"""EventBridge schedules and their groups; `local_aws.scheduler` fires them."""

from collections.abc import Mapping

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles, pick
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 64
SETTINGS = (
    "Description",
    "EndDate",
    "FlexibleTimeWindow",
    "GroupName",
    "KmsKeyArn",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "State",
    "Target",
)


@handles("AWS::Scheduler::Schedule", immutable={"Name", "GroupName"})
class ScheduleHandler:
    """AWS::Scheduler::Schedule."""

    def create(self, request: Request) -> Physical:
        """Create the schedule."""
        name = request.name("Name", NAME_CHARACTERS)
        arn = request.call(
            "scheduler",
            "create_schedule",
            Name=name,
            **pick(request.properties, *SETTINGS),
        )["ScheduleArn"]
        return Physical(name, {"Arn": arn})

    def update(self, request: Request, current: Resource) -> Physical:
        """Change the schedule."""
        request.call(
            "scheduler",
            "update_schedule",
            Name=current.physical.id,
            **pick(request.properties, *SETTINGS),
        )
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the schedule."""
        group: Mapping[str, str] = pick(current.properties, "GroupName")
        try:
            request.client("scheduler").delete_schedule(
                Name=current.physical.id, **group
            )
        except ClientError as error:
            _ignore_missing(error)


@handles("AWS::Scheduler::ScheduleGroup", immutable={"Name"})
class ScheduleGroupHandler:
    """AWS::Scheduler::ScheduleGroup."""

    def create(self, request: Request) -> Physical:
        """Create the group."""
        name = request.name("Name", NAME_CHARACTERS)
        arn = request.client("scheduler").create_schedule_group(
            Name=name, Tags=request.tag_list()
        )["ScheduleGroupArn"]
        return Physical(name, {"Arn": arn})

    def update(self, request: Request, current: Resource) -> Physical:
        """Change the tags."""
        group = {"ResourceArn": current.physical.attributes["Arn"]}
        scheduler = request.client("scheduler")
        scheduler.tag_resource(**group, Tags=request.tag_list())
        if stale := request.stale_tags(current):
            scheduler.untag_resource(**group, TagKeys=stale)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the group with its schedules."""
        try:
            request.client("scheduler").delete_schedule_group(Name=current.physical.id)
        except ClientError as error:
            _ignore_missing(error)


def _ignore_missing(error: ClientError) -> None:
    if error.response["Error"]["Code"] != "ResourceNotFoundException":
        raise error
