"""Rewriting the price file from Price List answers, recorded in their form.

The answers have the form that ``pricing:GetProducts`` documents; they were not
recorded from AWS.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from cdk_app import prices
from cdk_app.prices import price_list
from cdk_app.prices.price_list import Price, PriceList
from review.cost import refresh
from review.cost.command import main

TODAY = date(2027, 1, 2)


def product(usage_type: str, *tiers: tuple[str, str]) -> str:
    """Return a product as the API sends it; tiers are (from, USD)."""
    dimensions = {
        f"SKU.TERM.{begin}": {
            "unit": "Hrs",
            "beginRange": begin,
            "endRange": "Inf",
            "pricePerUnit": {"USD": usd},
        }
        for begin, usd in tiers
    }
    return json.dumps(
        {
            "product": {"attributes": {"usagetype": usage_type}, "sku": "SKU"},
            "terms": {"OnDemand": {"SKU.TERM": {"priceDimensions": dimensions}}},
        }
    )


def known(*figures: tuple[str, str, float]) -> PriceList:
    return PriceList(
        date(2026, 1, 1),
        {
            (region, item): Price(region, item, "unit", usd, "by hand, 2026")
            for region, item, usd in figures
        },
    )


def answers(*pages: tuple[str, str, str, list[str]]) -> Any:
    """Return a client that expects these calls, in order."""
    client = boto3.client(
        "pricing",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    stubber = Stubber(client)
    for region, service, usage_type, products in pages:
        stubber.add_response(
            "get_products",
            {"PriceList": products},
            {
                "ServiceCode": service,
                "Filters": [
                    {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region},
                    {"Type": "CONTAINS", "Field": "usagetype", "Value": usage_type},
                ],
                "FormatVersion": "aws_v1",
            },
        )
    stubber.activate()
    return client


def test_a_figure_is_replaced_with_its_source_and_date() -> None:
    client = answers(
        (
            "eu-west-1",
            "AmazonSageMaker",
            "Host:ml.m5.large",
            [
                product("EU-Host:ml.m5.large", ("0", "0.1280000000")),
                product("EU-AsyncHost:ml.m5.large", ("0", "9")),
                product("EU-Host:ml.m5.large-extra", ("0", "9")),
            ],
        )
    )
    figures = known(("eu-west-1", "sagemaker.hosting.ml.m5.large", 1.0))
    refreshed = refresh.refresh(client, figures, ["eu-west-1"], TODAY)
    price = refreshed.prices.get("eu-west-1", "sagemaker.hosting.ml.m5.large")
    assert price.usd == 0.128
    assert "AWS Price List API" in price.source
    assert "2027-01-02" in price.source
    assert refreshed.prices.updated == TODAY
    assert refreshed.kept == ()


def test_the_first_tier_counts() -> None:
    tiers = (("10000", "0.10"), ("0", "0.30"), ("250000", "0.05"))
    client = answers(
        (
            "us-east-1",
            "AmazonCloudWatch",
            "CW:MetricMonitorUsage",
            [product("CW:MetricMonitorUsage", *tiers)],
        )
    )
    figures = known(("us-east-1", "cloudwatch.metric", 1.0))
    refreshed = refresh.refresh(client, figures, ["us-east-1"], TODAY)
    assert refreshed.prices.usd("us-east-1", "cloudwatch.metric") == 0.30


def test_what_the_api_does_not_have_is_kept_and_named() -> None:
    client = answers(
        ("us-east-1", "AmazonSageMaker", "ServerlessInf:Mem-2GB", []),
    )
    figures = known(
        ("us-east-1", "sagemaker.serverless.2048", 0.00004), ("global", "kms.key", 1.0)
    )
    refreshed = refresh.refresh(client, figures, ["us-east-1"], TODAY)
    assert refreshed.prices.usd("us-east-1", "sagemaker.serverless.2048") == 0.00004
    assert {(p.region, p.item) for p in refreshed.kept} == {
        ("us-east-1", "sagemaker.serverless.2048"),
        ("global", "kms.key"),
    }


def test_a_new_region_is_asked_for_the_items_of_the_others() -> None:
    client = answers(
        (
            "eu-north-1",
            "AmazonS3",
            "TimedStorage-ByteHrs",
            [product("EUN1-TimedStorage-ByteHrs", ("0", "0.0230000000"))],
        )
    )
    figures = known(("us-east-1", "s3.storage", 0.023))
    refreshed = refresh.refresh(client, figures, ["eu-north-1"], TODAY)
    assert refreshed.prices.usd("eu-north-1", "s3.storage") == 0.023


def test_two_prices_for_one_item_are_not_chosen_between() -> None:
    client = answers(
        (
            "us-east-1",
            "AmazonECR",
            "TimedStorage-ByteHrs",
            [
                product("USE1-TimedStorage-ByteHrs", ("0", "0.10")),
                product("TimedStorage-ByteHrs", ("0", "0.20")),
            ],
        )
    )
    with pytest.raises(refresh.RefreshError, match=r"expected one price .* 0\.1, 0\.2"):
        refresh.refresh(
            client, known(("us-east-1", "ecr.storage", 0.1)), ["us-east-1"], TODAY
        )


def test_every_item_of_the_file_is_asked_for_or_known_to_be_by_hand() -> None:
    asked: list[tuple[str, str]] = []

    class Client:
        def get_paginator(self, operation_name: str) -> "Client":
            assert operation_name == "get_products"
            return self

        def paginate(self, **request: Any) -> Iterator[dict[str, list[str]]]:
            asked.append((request["ServiceCode"], request["Filters"][1]["Value"]))
            yield {"PriceList": []}

    refresh.refresh(Client(), prices.load(), ["us-east-1"], TODAY)
    assert ("AmazonSageMaker", "Train:ml.m5.large") in asked
    assert ("AmazonSageMaker", "ServerlessInf:Mem-6GB") in asked
    items = {item for _, item in prices.load().prices}
    by_hand = {
        "cloudwatch.dashboard",
        "kms.key",
        "sagemaker.data-processed",
        "sagemaker.training-volume",
        "secretsmanager.secret",
        "vpc.interface-endpoint",
    }
    assert len(asked) == len(items - by_hand)


def test_the_file_survives_being_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    refresh.write(prices.load(), path)
    assert prices.load(path) == prices.load()


@given(
    usd=st.floats(min_value=1e-9, max_value=1e4),
    source=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1),
)
def test_any_figure_survives_to_ten_decimals(
    tmp_path_factory: pytest.TempPathFactory, usd: float, source: str
) -> None:
    path = tmp_path_factory.mktemp("prices") / "prices.toml"
    price = Price("us-east-1", "kms.key", "month", usd, source)
    refresh.write(PriceList(TODAY, {("us-east-1", "kms.key"): price}), path)
    read = prices.load(path).get("us-east-1", "kms.key")
    assert read.usd == pytest.approx(usd, abs=1e-10)
    assert read.source == source


def test_without_credentials_the_file_stays_as_it_was(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = price_list.PRICES_FILE.read_bytes()

    def no_credentials(*_: object) -> None:
        raise NoCredentialsError

    monkeypatch.setattr(refresh, "refresh", no_credentials)
    assert main(["--refresh"]) == 2
    err = capsys.readouterr().err
    assert "the price file is as it was" in err
    assert "pricing:GetProducts" in err
    assert price_list.PRICES_FILE.read_bytes() == before
