"""What is an environment's: by tags, by a stack that exists, or only by its name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cdk_app.naming import PROJECT
from cdk_app.tags import ENVIRONMENT_TAG, PROJECT_TAG, PROJECT_TAG_VALUE
from operations.leftovers.account import Account
from operations.leftovers.resources import Resource


@dataclass(frozen=True)
class Scope:
    """One environment of the project."""

    environment: str

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Whether these are the tags of the project and this environment."""
        return (
            tags.get(PROJECT_TAG) == PROJECT_TAG_VALUE
            and tags.get(ENVIRONMENT_TAG) == self.environment
        )

    def names(self, name: str) -> bool:
        """Whether a name carries the environment's: ``/aws/…/fraud-dev``."""
        pattern = rf"(^|[/_.:-]){PROJECT}-{self.environment}($|[/_.-])"
        return re.search(pattern, name, re.IGNORECASE) is not None


def as_mapping(tags: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return tags given as ``Key``/``Value`` (or ``TagKey``/``TagValue``) pairs.

    AWS's services spell them with a capital, in lower case, or with a prefix.
    """
    return {
        str(_either(tag, "Key", "key", "TagKey")): str(
            _either(tag, "Value", "value", "TagValue")
        )
        for tag in tags
    }


def _either(tag: Mapping[str, Any], *names: str) -> object:
    return next(tag[name] for name in names if name in tag)


@dataclass(frozen=True)
class LiveStack:
    """A stack, as a resource of its own, and the ids of its resources."""

    resource: Resource
    is_owned: bool
    #: In lower case: services and CloudFormation differ in the case of ARNs.
    physical_ids: frozenset[str]


def live_stacks(account: Account, scope: Scope) -> list[LiveStack]:
    """Return the stacks that carry the environment's tags or name."""
    stacks = []
    for entry in account.pages("cloudformation", "describe_stacks", "Stacks"):
        name, tags = entry["StackName"], as_mapping(entry.get("Tags", []))
        is_owned = scope.owns(tags)
        if entry["StackStatus"] == "DELETE_COMPLETE":
            continue
        if is_owned or scope.names(name):
            resource = Resource(
                "stack", name, entry["StackId"], tags, detail=entry["StackStatus"]
            )
            ids = _physical_ids(account, name) if is_owned else frozenset[str]()
            stacks.append(LiveStack(resource, is_owned, ids))
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
