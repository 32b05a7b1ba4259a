"""Rewriting the price file from the AWS Price List API.

The API answers with products; each has on-demand terms with one price dimension per
tier. The first tier (from 0) is what a project of this size pays. Usage types end
alike in every region (``Host:ml.m5.large``), after the region's prefix.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from cdk_app.prices.price_list import GLOBAL, Price, PriceList

API_REGION = "us-east-1"
"""The Price List API has endpoints in a few regions only; this is one."""


class PricingClient(Protocol):
    """The part of boto3's ``pricing`` client that is used."""

    def get_paginator(self, operation_name: str) -> Any:  # noqa: ANN401
        """Return a paginator."""


class RefreshError(Exception):
    """The Price List API could not be asked; the message says why and what to do."""


@dataclass(frozen=True)
class Query:
    """Which product of which service is an item's price."""

    service_code: str
    usage_type: str
    """Regular expression for the end of the usage type, after the region's prefix."""
    filters: Mapping[str, str]
    unit: str


_UNITS_IN_PRICE_LIST = {
    # Per-request prices are per request; nothing has to be converted elsewhere.
    "request": ("Requests", "Request"),
}


def query_for(item: str) -> Query | None:
    """Return where the Price List API has an item, None if it is not asked there."""
    service, _, name = item.partition(".")
    kind, _, rest = name.partition(".")
    if service == "sagemaker":
        return _sagemaker(kind, rest)
    return {
        "cloudwatch.alarm": Query(
            "AmazonCloudWatch", "CW:AlarmMonitorUsage", {}, "alarm-metric-month"
        ),
        "cloudwatch.alarm-high-resolution": Query(
            "AmazonCloudWatch", "CW:HighResAlarmMonitorUsage", {}, "alarm-metric-month"
        ),
        "cloudwatch.logs-ingested": Query(
            "AmazonCloudWatch", "DataProcessing-Bytes", {}, "GB"
        ),
        "cloudwatch.logs-stored": Query(
            "AmazonCloudWatch", "TimedStorage-ByteHrs", {}, "GB-month"
        ),
        "cloudwatch.metric": Query(
            "AmazonCloudWatch", "CW:MetricMonitorUsage", {}, "metric-month"
        ),
        "ecr.storage": Query("AmazonECR", "TimedStorage-ByteHrs", {}, "GB-month"),
        "s3.put-requests": Query("AmazonS3", "Requests-Tier1", {}, "request"),
        "s3.storage": Query("AmazonS3", "TimedStorage-ByteHrs", {}, "GB-month"),
    }.get(item)


def _sagemaker(kind: str, rest: str) -> Query | None:
    match kind:
        case "hosting":
            usage, unit = f"Host:{re.escape(rest)}", "instance-hour"
        case "training":
            usage, unit = f"Train:{re.escape(rest)}", "instance-hour"
        case "serverless":
            usage, unit = f"ServerlessInf:Mem-{int(rest) // 1024}GB", "second"
        case "hosting-volume":
            usage, unit = r"Host:VolumeUsage\.gp2", "GB-month"
        case "training-volume":
            usage, unit = r"Train:VolumeUsage\.gp2", "GB-month"
        case _:
            return None
    return Query("AmazonSageMaker", usage, {}, unit)


@dataclass(frozen=True)
class Refreshed:
    """A new price list, and the figures that the API did not give."""

    prices: PriceList
    kept: tuple[Price, ...]


def refresh(
    client: PricingClient, known: PriceList, regions: Iterable[str], today: date
) -> Refreshed:
    """Ask the Price List API for every known item, in every region given.

    A figure that the API does not have keeps its old value and source.

    Raises
    ------
    RefreshError
        If the API cannot be reached, or offers several prices for one item.
    """
    prices = dict(known.prices)
    asked = {item for _, item in known.prices if query_for(item)}
    kept: list[Price] = []
    for region in regions:
        for service_code in sorted({_query(item).service_code for item in asked}):
            products = list(_products(client, service_code, region))
            for item in sorted(i for i in asked if _is_of(i, service_code)):
                found = _price(products, region, item, today)
                if found is not None:
                    prices[region, item] = found
                elif (region, item) in prices:
                    kept.append(prices[region, item])
    kept += [price for price in known.prices.values() if price.region == GLOBAL]
    return Refreshed(PriceList(today, prices), tuple(kept))


def _query(item: str) -> Query:
    query = query_for(item)
    if query is None:
        raise RefreshError(f"{item}: expected an item of the Price List API.")
    return query


def _is_of(item: str, service_code: str) -> bool:
    return _query(item).service_code == service_code
