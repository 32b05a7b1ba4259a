"""What the audit found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True)
class Found:
    """A resource in the account that belongs to the environment, or may do."""

    kind: str
    name: str
    arn: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    monthly_usd: float | None = 0.0
    """What it costs a month if it stays; None where the price is unknown."""
    detail: str = ""
    physical_id: str = ""
    """Its id in CloudFormation, where that is not its name."""


class Standing(StrEnum):
    """Why a resource is there, and so what may be done with it."""

    LEFTOVER = "leftover"
    """Tagged, in no stack: ``--delete`` removes it."""
    DEPLOYED = "deployed"
    """Part of a stack that exists: ``cdk destroy`` removes it."""
    DECLARED = "declared"
    """The settings say that it stays."""
    BY_NAME = "name only"
    """Its name matches, its tags do not: never removed, not counted."""
    SHARED = "shared"
    """Belongs to the whole account: never removed, not counted."""


@dataclass(frozen=True)
class Finding:
    """A resource and its standing."""

    found: Found
    standing: Standing
    stack: str = ""

    @property
    def counts(self) -> bool:
        """Tell whether the account is not clean because of it."""
        return self.standing in {Standing.LEFTOVER, Standing.DEPLOYED}
