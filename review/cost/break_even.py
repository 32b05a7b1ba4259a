"""Serverless against instances: what each costs at a traffic, and where they meet."""

from dataclasses import dataclass

from cdk_app.prices import PriceList
from cdk_app.prices.units import DEFAULT_VOLUME_GB, HOURS_PER_MONTH
from review.cost.meters.endpoint import SECONDS_PER_MONTH


@dataclass(frozen=True)
class HostingOption:
    """The compute of one way to host the model; data transfer is the same for all."""

    label: str
    standing_usd: float
    usd_per_request: float

    def monthly_usd(self, requests: float) -> float:
        """Return the cost of a month with this many requests."""
        return self.standing_usd + requests * self.usd_per_request


SLOW_MODEL_SECONDS = 0.05
"""A model as slow as a large ensemble in pure Python, for comparison."""


def serverless(
    prices: PriceList,
    region: str,
    memory_mb: int,
    seconds_per_request: float,
    provisioned_concurrency: int = 0,
) -> HostingOption:
    """Return serverless hosting, which bills the time that requests take.

    Provisioned concurrency is billed all month besides.

    Raises
    ------
    UnknownPriceError
        If the memory size has no price in the region.
    """
    usd_per_second = prices.usd(region, f"sagemaker.serverless.{memory_mb}")
    standing_usd = 0.0
    if provisioned_concurrency:
        item = f"sagemaker.serverless-provisioned.{memory_mb}"
        seconds = provisioned_concurrency * SECONDS_PER_MONTH
        standing_usd = prices.usd(region, item) * seconds
    return HostingOption(
        f"serverless, {memory_mb} MB, {seconds_per_request * 1000:g} ms",
        standing_usd,
        usd_per_second * seconds_per_request,
    )


def instances(
    prices: PriceList,
    region: str,
    instance_type: str,
    count: int,
    volume_gb: int | None = None,
) -> HostingOption:
    """Return hosting on instances with their volumes, which bills every hour.

    Raises
    ------
    UnknownPriceError
        If the instance type or its volume has no price in the region.
    """
    per_instance = prices.usd(
        region, f"sagemaker.hosting.{instance_type}"
    ) * HOURS_PER_MONTH + prices.usd(region, "sagemaker.hosting-volume") * (
        volume_gb or DEFAULT_VOLUME_GB
    )
    return HostingOption(f"{count} x {instance_type}", count * per_instance, 0)


def break_even_requests(first: HostingOption, second: HostingOption) -> float | None:
    """Return the requests a month at which both cost the same; None if never."""
    per_request = first.usd_per_request - second.usd_per_request
    if per_request == 0:
        return None
    requests = (second.standing_usd - first.standing_usd) / per_request
    return requests if requests >= 0 else None


def compared(
    prices: PriceList, region: str, seconds_per_request: float
) -> list[HostingOption]:
    """Return the options that the picture compares.

    Raises
    ------
    UnknownPriceError
        If one of them has no price in the region.
    """
    return [
        serverless(prices, region, 2048, seconds_per_request),
        serverless(prices, region, 2048, SLOW_MODEL_SECONDS),
        instances(prices, region, "ml.m5.large", 1),
        instances(prices, region, "ml.m5.large", 2),
    ]
