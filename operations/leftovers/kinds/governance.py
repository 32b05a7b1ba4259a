"""Budgets, schedules and parameters: what watches over an environment."""

from collections.abc import Iterator

from operations.leftovers.account import Account
from operations.leftovers.found import Found
from operations.leftovers.kinds.kind import Kind
from operations.leftovers.scope import as_mapping

DEFAULT_SCHEDULE_GROUP = "default"


def _budgets(account: Account) -> Iterator[Found]:
    budgets = account.client("budgets")
    for entry in account.pages(
        "budgets", "describe_budgets", "Budgets", AccountId=account.id
    ):
        name = entry["BudgetName"]
        arn = f"arn:aws:budgets::{account.id}:budget/{name}"
        answer = budgets.list_tags_for_resource(ResourceARN=arn)
        limit = entry.get("BudgetLimit", {}).get("Amount", "?")
        yield Found(
            "budget",
            name,
            arn,
            as_mapping(answer.get("ResourceTags", [])),
            detail=f"limit {limit} USD",
        )


def _delete_budget(account: Account, found: Found) -> str:
    account.client("budgets").delete_budget(AccountId=account.id, BudgetName=found.name)
    return "deleted"


def _schedule_groups(account: Account) -> Iterator[Found]:
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
        yield Found(
            "schedule group",
            name,
            entry["Arn"],
            as_mapping(answer.get("Tags", [])),
            detail=", ".join(schedule["Name"] for schedule in schedules),
        )


def _delete_schedule_group(account: Account, found: Found) -> str:
    account.client("scheduler").delete_schedule_group(Name=found.name)
    return "deleted with its schedules"


def _schedules(account: Account) -> Iterator[Found]:
    """Yield the schedules in no group of their own, which nothing can tag."""
    for entry in account.pages(
        "scheduler", "list_schedules", "Schedules", GroupName=DEFAULT_SCHEDULE_GROUP
    ):
        yield Found("schedule", entry["Name"], entry["Arn"])


def _delete_schedule(account: Account, found: Found) -> str:
    account.client("scheduler").delete_schedule(Name=found.name)
    return "deleted"


def _parameters(account: Account) -> Iterator[Found]:
    ssm = account.client("ssm")
    for entry in account.pages("ssm", "describe_parameters", "Parameters"):
        name = entry["Name"]
        tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)
        advanced = entry.get("Tier") == "Advanced"
        yield Found(
            "parameter",
            name,
            entry.get("ARN", ""),
            as_mapping(tags["TagList"]),
            monthly_usd=account.monthly_usd("ssm.advanced-parameter", int(advanced)),
        )


def _delete_parameter(account: Account, found: Found) -> str:
    account.client("ssm").delete_parameter(Name=found.name)
    return "deleted"


BUDGETS = Kind("budget", _budgets, _delete_budget)
SCHEDULE_GROUPS = Kind("schedule group", _schedule_groups, _delete_schedule_group)
SCHEDULES = Kind("schedule", _schedules, _delete_schedule)
PARAMETERS = Kind("parameter", _parameters, _delete_parameter)
