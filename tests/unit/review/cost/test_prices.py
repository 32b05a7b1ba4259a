"""The price file and what a training job costs by it."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cdk_app import prices
from cdk_app.settings import InstanceHosting, ServerlessHosting, environment_names
from cdk_app.settings import load as load_settings

HEADER = 'updated = 2026-11-23\n[sources]\npage = "a page, read 2026-11-23"\n'


def entry(
    region: str = "eu-north-1",
    item: str = "kms.key",
    usd: str = "1.0",
    source: str = "page",
) -> str:
    return (
        f'[[price]]\nregion = "{region}"\nitem = "{item}"\nunit = "month"\n'
        f'usd = {usd}\nsource = "{source}"\n'
    )


def write(path: Path, content: str) -> Path:
    file = path / "prices.toml"
    file.write_text(content, encoding="utf-8")
    return file


def test_the_file_is_dated_and_every_figure_has_a_unit_and_a_source() -> None:
    known = prices.load()
    assert known.updated >= date(2026, 11, 23)
    assert known.prices
    for price in known.prices.values():
        assert price.usd > 0
        assert price.unit
        assert re.search(r"20\d\d|without a date|commit", price.source)


@pytest.mark.parametrize("environment", environment_names())
def test_what_the_environments_use_is_priced_where_they_run(environment: str) -> None:
    settings = load_settings(environment)
    region = settings.aws.region or "us-east-1"
    known = prices.load()
    assert known.get(region, f"sagemaker.training.{settings.training.instance_type}")
    match settings.hosting:
        case InstanceHosting(instance_type=instance_type):
            assert known.get(region, f"sagemaker.hosting.{instance_type}")
        case ServerlessHosting(memory_size_mb=memory_size_mb):
            assert known.get(region, f"sagemaker.serverless.{memory_size_mb}")


def test_an_unknown_price_is_an_error_that_names_it_and_the_remedy() -> None:
    with pytest.raises(prices.UnknownPriceError) as caught:
        prices.load().get("us-east-1", "sagemaker.hosting.ml.x9.huge")
    assert "'sagemaker.hosting.ml.x9.huge' in us-east-1" in str(caught.value)
    assert "--refresh --region us-east-1" in str(caught.value)


def test_a_global_price_holds_in_every_region() -> None:
    assert prices.load().usd("ap-south-2", "kms.key") == 1.00


def test_a_regional_price_goes_before_the_global_one(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER + entry("global") + entry("eu-north-1", usd="2"))
    assert prices.load(file).usd("eu-north-1", "kms.key") == 2
    assert prices.load(file).usd("eu-west-3", "kms.key") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("updated = ", "expected a readable TOML file"),
        ('updated = "today"', "updated: expected a date, got 'today'"),
        (HEADER + entry(usd="0"), "usd: expected a positive number, got 0"),
        (HEADER + entry(usd="true"), "usd: expected a positive number, got True"),
        (HEADER + entry(usd='"1"'), "usd: expected a positive number, got '1'"),
        (HEADER + entry(source="rumour"), "expected a key of [sources], got 'rumour'"),
        (
            HEADER + entry() + entry(),
            "kms.key: expected one figure, got two",
        ),
        (
            HEADER + "[[price]]\nregion = 'x'\nusd = 1\n",
            "item: expected text, got None",
        ),
    ],
)
def test_a_bad_price_file_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    with pytest.raises(prices.PriceFileError, match=re.escape(message)):
        prices.load(write(tmp_path, content))


def test_a_training_job_costs_its_billable_seconds_and_volume() -> None:
    # 0.115 USD an hour and 0.14 USD a GB-month of 730 hours, in us-east-1.
    assert prices.training_cost_usd(
        "us-east-1", "ml.m5.large", 120, instance_count=2, volume_size_gb=10
    ) == pytest.approx(2 * (0.115 + 10 * 0.14 / 730) * 120 / 3600)


def test_the_affordable_seconds_cost_no_more_than_the_cap() -> None:
    seconds = prices.affordable_seconds("us-east-1", "ml.m5.xlarge", 0.10)
    assert seconds == 1565  # 0.10 / 0.23 * 3600, rounded down
    assert prices.training_cost_usd("us-east-1", "ml.m5.xlarge", seconds) <= 0.10


def test_training_on_an_unpriced_instance_type_is_unknown_not_free() -> None:
    with pytest.raises(prices.UnknownPriceError, match=r"training\.ml\.x9\.huge"):
        prices.training_cost_usd("us-east-1", "ml.x9.huge", 60)


def test_the_prices_import_no_cdk() -> None:
    code = "import cdk_app.prices, sys; print('aws_cdk' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert result.stdout.strip() == "False"
