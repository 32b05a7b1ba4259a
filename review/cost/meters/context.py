"""What a meter knows besides its resource."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdk_app.prices import Price, PriceList, UnknownPriceError
from review.cost.items import Basis, LineItem
from review.cost.templates import Resource
from review.cost.workload import Workload


@dataclass(frozen=True)
class Context:
    """The environment's resources, the prices of its region, and its use."""

    resources: Sequence[Resource]
    prices: PriceList
    region: str
    workload: Workload

    def line(
        self,
        stack: str,
        what: str,
        basis: Basis,
        item: str,
        quantity: float,
        *,
        maximum_quantity: float | None = None,
    ) -> LineItem:
        """Return a line at this region's price, or without one if it is unknown."""
        return LineItem(
            stack=stack,
            what=what,
            basis=basis,
            item=item,
            quantity=quantity,
            price=self._price(item),
            maximum_quantity=quantity if maximum_quantity is None else maximum_quantity,
        )

    def _price(self, item: str) -> Price | None:
        try:
            return self.prices.get(self.region, item)
        except UnknownPriceError:
            return None
