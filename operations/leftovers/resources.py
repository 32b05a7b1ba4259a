"""What is audited: resources, why each is there, how a kind is found and deleted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from operations.leftovers.account import Account


@dataclass(frozen=True)
class Resource:
    """A resource in the account that belongs to the environment, or may do."""

    kind: str
    name: str
    arn: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    #: What it costs a month if it stays; None where the price is unknown.
    monthly_usd: float | None = 0.0
    detail: str = ""
    #: Its id in CloudFormation, where that is not its name.
    physical_id: str = ""


class Standing(StrEnum):
    """Why a resource is there, and so what may be done with it."""

    #: Tagged, in no stack: ``--delete`` removes it.
    LEFTOVER = "leftover"
    #: Part of a stack that exists: ``cdk destroy`` removes it.
    DEPLOYED = "deployed"
    #: The settings say that it stays.
    DECLARED = "declared"
    #: Its name matches, its tags do not: never removed, not counted.
    BY_NAME = "name only"
    #: Belongs to the whole account: never removed, not counted.
    SHARED = "shared"


@dataclass(frozen=True)
class AuditedResource:
    """A resource and its standing."""

    resource: Resource
    standing: Standing
    stack: str = ""

    @property
    def counts(self) -> bool:
        """Tell whether the account is not clean because of it."""
        return self.standing in {Standing.LEFTOVER, Standing.DEPLOYED}


@dataclass(frozen=True)
class Kind:
    """A kind of resource.

    ``find`` yields every one in the account and region, whoever it belongs to, with
    its tags if they are the project's. ``measure`` then completes those that are the
    environment's by what is slow or costs a call each: size, price.
    """

    name: str
    find: Callable[[Account], Iterable[Resource]]
    #: Deletes one and returns what happened: ``deleted``, ``stopping`` …
    delete: Callable[[Account, Resource], str]
    measure: Callable[[Account, Resource], Resource] = lambda _, resource: resource
