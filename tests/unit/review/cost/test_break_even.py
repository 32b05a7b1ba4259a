"""Where serverless and instances cost the same."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_app import prices
from review.cost import break_even
from review.cost.break_even import HostingOption, break_even_requests

usd = st.floats(min_value=0.01, max_value=1e5)
usd_per_request = st.floats(min_value=1e-9, max_value=1e-2)


@given(usd, usd_per_request)
def test_left_of_the_break_even_what_is_paid_by_use_is_cheaper(
    standing: float, per_request: float
) -> None:
    by_use = HostingOption("serverless", 0, per_request)
    by_time = HostingOption("instances", standing, 0)
    requests = break_even_requests(by_use, by_time)
    assert requests is not None
    assert by_use.monthly_usd(requests) == pytest.approx(by_time.monthly_usd(requests))
    assert by_use.monthly_usd(requests * 0.9) < by_time.monthly_usd(requests * 0.9)
    assert by_use.monthly_usd(requests * 1.1) > by_time.monthly_usd(requests * 1.1)


def test_options_that_never_meet_have_none() -> None:
    dear = HostingOption("dear", 10, 0.001)
    assert break_even_requests(dear, HostingOption("cheap", 1, 0.001)) is None
    assert break_even_requests(dear, HostingOption("cheap", 1, 0)) is None


def test_both_kinds_of_hosting_from_the_prices() -> None:
    known = prices.load()
    serverless = break_even.serverless(known, "us-east-1", 1024, 0.010)
    assert serverless.monthly_usd(1_000_000) == pytest.approx(
        1_000_000 * 0.01 * 0.00002
    )
    two = break_even.instances(known, "us-east-1", "ml.m5.xlarge", 2)
    assert two.monthly_usd(1e9) == pytest.approx(2 * (730 * 0.23 + 30 * 0.14))


def test_a_volume_of_its_own_size_is_priced() -> None:
    small = break_even.instances(prices.load(), "us-east-1", "ml.m5.large", 2, 10)
    assert small.monthly_usd(0) == pytest.approx(2 * (730 * 0.115 + 10 * 0.14))


def test_provisioned_concurrency_is_paid_for_without_a_request() -> None:
    item = "sagemaker.serverless-provisioned.2048"
    known = prices.load()
    dear = prices.Price("us-east-1", item, "second", 0.00001, "made up")
    known = replace(known, prices={**known.prices, (dear.region, item): dear})
    option = break_even.serverless(known, "us-east-1", 2048, 0.01, 3)
    assert option.monthly_usd(0) == pytest.approx(3 * 730 * 3600 * 0.00001)
