"""The account that is audited: clients, prices, and paginated calls."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from cdk_app.prices import PriceList, UnknownPriceError

_REGIONS = {"budgets": "us-east-1"}
"""Services that are not regional, and where their API answers."""


class Account:
    """Clients of one account and region; each is made when it is first used."""

    def __init__(self, prices: PriceList, session: boto3.Session) -> None:
        self.prices = prices
        self._session: Any = session
        self.region: str = session.region_name
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:  # noqa: ANN401
        """Return the client of a service in the audited region."""
        if service not in self._clients:
            self._clients[service] = self._session.client(
                service,
                region_name=_REGIONS.get(service, self.region),
                config=Config(retries={"mode": "standard", "max_attempts": 5}),
            )
        return self._clients[service]

    @cached_property
    def id(self) -> str:
        """The account's number."""
        return str(self.client("sts").get_caller_identity()["Account"])

    def pages(
        self, service: str, operation: str, result: str, **request: object
    ) -> Iterator[Any]:
        """Yield every entry of a paginated answer's ``result`` list."""
        paginator = self.client(service).get_paginator(operation)
        for page in paginator.paginate(**request):
            yield from page.get(result, [])

    def monthly_usd(self, item: str, quantity: float) -> float | None:
        """Return what a quantity a month costs here, None if the price is unknown."""
        if quantity == 0:
            return 0.0
        try:
            return quantity * self.prices.usd(self.region, item)
        except UnknownPriceError:
            return None
