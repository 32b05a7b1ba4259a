"""The account that is audited: clients, prices, and paginated calls."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from cdk_app.prices import PriceList, UnknownPriceError
from cdk_app.tags import PROJECT_TAG, PROJECT_TAG_VALUE

#: Services that are not regional, and where their API answers.
_REGIONS = {"budgets": "us-east-1"}


class Account:
    """Clients of one account and region; each is made when it is first used."""

    def __init__(self, prices: PriceList, session: boto3.Session) -> None:
        self.prices = prices
        self._session: Any = session
        self.region: str = session.region_name
        self._clients: dict[str, Any] = {}
        self._project_tags: dict[str, dict[str, str]] | None = None

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

    @property
    def partition(self) -> str:
        """``aws``, or the name of another partition that the region is in."""
        return str(self._session.get_partition_for_region(self.region))

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource of the account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.id}:{resource}"

    def tags(self, arn: str) -> Mapping[str, str]:
        """Return a resource's tags if it has the project's, else none.

        All are read at once: a call for each resource of a large account is throttled.
        The tagging API shows new tags after some seconds.
        """
        return self.project_tags.get(arn.lower(), {})

    @property
    def project_tags(self) -> Mapping[str, Mapping[str, str]]:
        """ARN in lower case → tags, of all resources that have the project's."""
        if self._project_tags is None:
            self.read_tags()
        return self._project_tags or {}

    def read_tags(self) -> None:
        """Read the tags again: an audit sees what is there now."""
        self._project_tags = {
            # SageMaker's ARNs are in lower case; those of log groups may end in :*
            entry["ResourceARN"].removesuffix(":*").lower(): {
                tag["Key"]: tag["Value"] for tag in entry["Tags"]
            }
            for entry in self.pages(
                "resourcegroupstaggingapi",
                "get_resources",
                "ResourceTagMappingList",
                TagFilters=[{"Key": PROJECT_TAG, "Values": [PROJECT_TAG_VALUE]}],
            )
        }

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
