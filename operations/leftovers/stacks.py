"""The environment's stacks that exist, and what belongs to them."""

from dataclasses import dataclass

from operations.leftovers.account import Account
from operations.leftovers.found import Found
from operations.leftovers.scope import Scope, as_mapping


@dataclass(frozen=True)
class LiveStack:
    """A stack, as a resource of its own, and the ids of its resources."""

    found: Found
    is_owned: bool
    physical_ids: frozenset[str]
    """In lower case: services and CloudFormation differ in the case of ARNs."""


def live_stacks(account: Account, scope: Scope) -> list[LiveStack]:
    """Return the stacks that carry the environment's tags or name."""
    stacks = []
    for entry in account.pages("cloudformation", "describe_stacks", "Stacks"):
        name, tags = entry["StackName"], as_mapping(entry.get("Tags", []))
        is_owned = scope.owns(tags)
        if entry["StackStatus"] == "DELETE_COMPLETE":
            continue
        if is_owned or scope.names(name):
            found = Found(
                "stack", name, entry["StackId"], tags, detail=entry["StackStatus"]
            )
            ids = _physical_ids(account, name) if is_owned else frozenset[str]()
            stacks.append(LiveStack(found, is_owned, ids))
    return stacks


def _physical_ids(account: Account, stack: str) -> frozenset[str]:
    return frozenset(
        resource["PhysicalResourceId"].lower()
        for resource in account.pages(
            "cloudformation",
            "list_stack_resources",
            "StackResourceSummaries",
            StackName=stack,
        )
        if resource.get("PhysicalResourceId")
    )
