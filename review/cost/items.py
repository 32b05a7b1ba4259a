"""Lines of an estimate."""

from dataclasses import dataclass
from enum import StrEnum

from cdk_app.prices import Price


class Basis(StrEnum):
    """What a cost depends on."""

    STANDING = "standing"
    """Paid as long as the resource exists."""
    TRAFFIC = "traffic"
    """Grows with requests."""
    TRAINING = "training"
    """Grows with training jobs."""
    BUILDS = "builds"
    """Grows with builds of the serving image."""


@dataclass(frozen=True)
class LineItem:
    """A quantity a month at a price; ``price`` is None where it is unknown.

    ``maximum_quantity`` differs from ``quantity`` where autoscaling may add to it.
    """

    stack: str
    what: str
    basis: Basis
    item: str
    quantity: float
    price: Price | None
    maximum_quantity: float

    @property
    def usd(self) -> float | None:
        """Cost a month in USD, None if the price is unknown."""
        return None if self.price is None else self.quantity * self.price.usd

    @property
    def maximum_usd(self) -> float | None:
        """Cost of a month with autoscaling at its maximum all the time."""
        return None if self.price is None else self.maximum_quantity * self.price.usd
