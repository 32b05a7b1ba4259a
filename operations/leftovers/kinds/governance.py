"""Budgets, schedules and parameters."""

from collections.abc import Iterator

from operations.leftovers.account import Account
from operations.leftovers.ownership import as_mapping
from operations.leftovers.resources import Kind, Resource

DEFAULT_SCHEDULE_GROUP = "default"


def _budgets(account: Account) -> Iterator[Resource]:
    budgets = account.client("budgets")
    for entry in account.pages(
        "budgets", "describe_budgets", "Budgets", AccountId=account.id
    ):
        name = entry["BudgetName"]
        arn = f"arn:{account.partition}:budgets::{account.id}:budget/{name}"
        answer = budgets.list_tags_for_resource(ResourceARN=arn)
        limit = entry.get("BudgetLimit", {}).get("Amount", "?")
        yield Resource(
            "budget",
            name,
            arn,
            as_mapping(answer.get("ResourceTags", [])),
            detail=f"limit {limit} USD",
        )


def _delete_budget(account: Account, resource: Resource) -> str:
    account.client("budgets").delete_budget(
        AccountId=account.id, BudgetName=resource.name
    )
    return "deleted"


def _schedule_groups(account: Account) -> Iterator[Resource]:
    """Yield groups of schedules: the groups carry tags, schedules cannot."""
    scheduler = account.client("scheduler")
    for entry in account.pages("scheduler", "list_schedule_groups", "ScheduleGroups"):
        name = entry["Name"]
        if name == DEFAULT_SCHEDULE_GROUP:
            continue
        answer = scheduler.list_tags_for_resource(ResourceArn=entry["Arn"])
        schedules = account.pages(
            "scheduler", "list_schedules", "Schedules", GroupName=name
        )
        yield Resource(
            "schedule group",
            name,
            entry["Arn"],
            as_mapping(answer.get("Tags", [])),
            detail=", ".join(schedule["Name"] for schedule in schedules),
        )


def _delete_schedule_group(account: Account, resource: Resource) -> str:
    account.client("scheduler").delete_schedule_group(Name=resource.name)
    return "deleted with its schedules"


def _schedules(account: Account) -> Iterator[Resource]:
    """Yield the schedules in no group of their own, which nothing can tag."""
    for entry in account.pages(
        "scheduler", "list_schedules", "Schedules", GroupName=DEFAULT_SCHEDULE_GROUP
    ):
        yield Resource("schedule", entry["Name"], entry["Arn"])


def _delete_schedule(account: Account, resource: Resource) -> str:
    account.client("scheduler").delete_schedule(Name=resource.name)
    return "deleted"


def _parameters(account: Account) -> Iterator[Resource]:
    for entry in account.pages("ssm", "describe_parameters", "Parameters"):
        name = entry["Name"]
        arn = entry.get("ARN") or account.arn("ssm", f"parameter/{name.lstrip('/')}")
        advanced = entry.get("Tier") == "Advanced"
        yield Resource(
            "parameter",
            name,
            arn,
            account.tags(arn),
            monthly_usd=account.monthly_usd("ssm.advanced-parameter", int(advanced)),
        )


def _delete_parameter(account: Account, resource: Resource) -> str:
    account.client("ssm").delete_parameter(Name=resource.name)
    return "deleted"


BUDGETS = Kind("budget", _budgets, _delete_budget)
SCHEDULE_GROUPS = Kind("schedule group", _schedule_groups, _delete_schedule_group)
SCHEDULES = Kind("schedule", _schedules, _delete_schedule)
PARAMETERS = Kind("parameter", _parameters, _delete_parameter)
