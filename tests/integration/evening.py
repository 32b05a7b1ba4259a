"""The evening's schedule, brought forward: the wait is shortened, nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any


def live(client: Any) -> set[str]:
    pages = client.get_paginator("describe_stacks").paginate()
    return {
        stack["StackName"]
        for page in pages
        for stack in page["Stacks"]
        if stack["StackStatus"] != "DELETE_COMPLETE"
    }


def the_schedule(scheduler: Any) -> dict[str, Any]:
    (entry,) = scheduler.list_schedules()["Schedules"]
    schedule: dict[str, Any] = scheduler.get_schedule(
        Name=entry["Name"], GroupName=entry["GroupName"]
    )
    return schedule


def soon() -> str:
    """Return a moment that is still to come when the call has arrived."""
    moment = datetime.now(tz=UTC) + timedelta(seconds=4)
    return f"at({moment:%Y-%m-%dT%H:%M:%S})"


def bring_forward(scheduler: Any, **changes: Any) -> None:
    """Let the stored schedule fire in a moment, its target as it is."""
    schedule = the_schedule(scheduler)
    scheduler.update_schedule(
        Name=schedule["Name"],
        GroupName=schedule["GroupName"],
        ScheduleExpression=soon(),
        ScheduleExpressionTimezone="UTC",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={**schedule["Target"], **changes},
    )
