"""Asking the AWS Price List API for every figure of the price file.

The API answers with products, each with on-demand terms of one price per tier. The
tier from 0 is taken: what a project of this size pays. Usage types are the same in
every region but for a prefix (``Host:ml.m5.large``, ``EU-Host:ml.m5.large``).
"""

import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from cdk_app.prices.price_list import PRICES_FILE, Price, PriceList

_HEADER = """\
# AWS on-demand prices in USD, before tax, discounts and free tiers.
# `fraud cost --refresh` rewrites this file from the AWS Price List
# API. A figure that is not here is unknown: estimates show it as unknown and
# the gate fails; it is never counted as zero.
"""

API_REGION = "us-east-1"
"""The Price List API has endpoints in a few regions only; this is one."""

MEGABYTES_PER_GB = 1024


class PricingClient(Protocol):
    """The part of boto3's ``pricing`` client that is used here."""

    def get_paginator(self, operation_name: str) -> Any:  # noqa: ANN401
        """Return a paginator of an operation."""


class RefreshError(Exception):
    """The Price List API gave no single answer; the message says for what."""


@dataclass(frozen=True)
class Refreshed:
    """A new price list, and the figures that the API did not give."""

    prices: PriceList
    kept: tuple[Price, ...]


def refresh(
    client: PricingClient, known: PriceList, regions: Iterable[str], today: date
) -> Refreshed:
    """Ask for every item of the price file in every one of ``regions``.

    A figure that the API does not have keeps its old value and source; one that the
    file did not have yet is added, so a new region starts from the items of others.

    Raises
    ------
    RefreshError
        If the API offers several prices for one item.
    """
    units = {price.item: price.unit for price in known.prices.values()}
    prices = dict(known.prices)
    found: set[tuple[str, str]] = set()
    for region in regions:
        for item, unit in sorted(units.items()):
            usage = _usage_type(item)
            if usage is None:
                continue
            usd = _usd(client, region, *usage)
            if usd is not None:
                source = f"AWS Price List API, {usage[1]} in {region}, {today}"
                prices[region, item] = Price(region, item, unit, usd, source)
                found.add((region, item))
    kept = tuple(price for key, price in prices.items() if key not in found)
    return Refreshed(PriceList(today, prices), kept)


def _usage_type(item: str) -> tuple[str, str] | None:
    """Return an item's service code and usage type, None if it is looked up by hand."""
    kind, _, name = item.removeprefix("sagemaker.").partition(".")
    match kind:
        case "hosting":
            return "AmazonSageMaker", f"Host:{name}"
        case "training":
            return "AmazonSageMaker", f"Train:{name}"
        case "serverless":
            return (
                "AmazonSageMaker",
                f"ServerlessInf:Mem-{int(name) // MEGABYTES_PER_GB}GB",
            )
        case _:
            return _USAGE_TYPES.get(item)


_USAGE_TYPES = {
    "cloudwatch.alarm": ("AmazonCloudWatch", "CW:AlarmMonitorUsage"),
    "cloudwatch.logs-ingested": ("AmazonCloudWatch", "DataProcessing-Bytes"),
    "cloudwatch.logs-stored": ("AmazonCloudWatch", "TimedStorage-ByteHrs"),
    "cloudwatch.metric": ("AmazonCloudWatch", "CW:MetricMonitorUsage"),
    "codebuild.linux-small": ("CodeBuild", "Build-Min:Linux:g1.small"),
    "dynamodb.read-request": ("AmazonDynamoDB", "ReadRequestUnits"),
    "dynamodb.storage": ("AmazonDynamoDB", "TimedStorage-ByteHrs"),
    "dynamodb.write-request": ("AmazonDynamoDB", "WriteRequestUnits"),
    "ecr.storage": ("AmazonECR", "TimedStorage-ByteHrs"),
    "s3.storage": ("AmazonS3", "TimedStorage-ByteHrs"),
    "sagemaker.hosting-volume": ("AmazonSageMaker", "Host:VolumeUsage.gp2"),
}


def _usd(
    client: PricingClient, region: str, service_code: str, usage_type: str
) -> float | None:
    """Return the first tier's price, None if the API has no such product."""
    exactly = re.compile(rf"([A-Z0-9]+-)?{re.escape(usage_type)}")
    amounts = {
        usd
        for product in _products(client, region, service_code, usage_type)
        if exactly.fullmatch(product["product"]["attributes"].get("usagetype", ""))
        for usd in _first_tier(product)
    }
    if len(amounts) > 1:
        raise RefreshError(
            f"{usage_type} in {region}: expected one price of {service_code}, got "
            f"{', '.join(map(str, sorted(amounts)))}; enter the right one by hand."
        )
    return amounts.pop() if amounts else None


def _products(
    client: PricingClient, region: str, service_code: str, usage_type: str
) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("get_products").paginate(
        ServiceCode=service_code,
        Filters=[
            {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region},
            {"Type": "CONTAINS", "Field": "usagetype", "Value": usage_type},
        ],
        FormatVersion="aws_v1",
    )
    for page in pages:
        for product in page["PriceList"]:
            yield json.loads(product)


def _first_tier(product: dict[str, Any]) -> Iterator[float]:
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            usd = float(dimension["pricePerUnit"].get("USD", 0))
            if dimension.get("beginRange", "0") == "0" and usd > 0:
                yield usd


def write(prices: PriceList, path: Path = PRICES_FILE) -> None:
    """Replace ``path`` by a file of these prices, whole or not at all."""
    texts = sorted({price.source for price in prices.prices.values()})
    keys = {text: f"s{number}" for number, text in enumerate(texts, start=1)}
    sections = [
        _HEADER,
        f"updated = {prices.updated}\n",
        "[sources]\n" + "".join(f"{keys[t]} = {_quoted(t)}\n" for t in texts),
    ]
    sections += [
        f"[[price]]\nregion = {_quoted(price.region)}\nitem = {_quoted(price.item)}\n"
        f"unit = {_quoted(price.unit)}\nusd = {_decimal(price.usd)}\n"
        f"source = {_quoted(keys[price.source])}\n"
        for _, price in sorted(prices.prices.items())
    ]
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, suffix=".toml", delete=False
    ) as file:
        file.write("\n".join(sections))
    Path(file.name).replace(path)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _decimal(usd: float) -> str:
    return f"{usd:.10f}".rstrip("0").rstrip(".") or "0"
