"""What a job may cost, and what it did cost."""

from typing import Any

import pytest

from cdk_app.settings import Settings, load
from operations.account.errors import OperationError
from training.launch.spending import JobLimits, describe_cost, job_limits

# dev trains on ml.m5.large with 10 GB: 0.115 USD an hour and 0.14 a GB-month of 730.
USD_PER_SECOND = (0.115 + 10 * 0.14 / 730) / 3600


def limits(
    max_cost_usd: float | None, *, spot: bool = False, settings: Settings | None = None
) -> JobLimits:
    return job_limits(
        settings or load("dev"), "us-east-1", spot=spot, max_cost_usd=max_cost_usd
    )


def test_without_a_cap_the_settings_limit_the_job() -> None:
    assert limits(None) == JobLimits(3600, spot=False)


def test_a_cap_stops_the_job_before_it_costs_more() -> None:
    seconds = limits(0.02).max_runtime_seconds
    assert 60 <= seconds < 3600
    # With the two minutes that SageMaker gives a stopped job to save its work.
    assert (seconds + 120) * USD_PER_SECOND <= 0.02 < (seconds + 122) * USD_PER_SECOND


def test_a_generous_cap_leaves_the_settings_limit() -> None:
    assert limits(100) == limits(None)


def test_a_cap_below_a_minute_is_refused_before_anything_starts() -> None:
    with pytest.raises(
        OperationError, match=r"--max-cost-usd: expected at least 0\.0058"
    ):
        limits(0.005)


@pytest.mark.parametrize("cap", [0.0, -1.0, float("nan"), float("inf")])
def test_a_cap_that_is_no_amount_is_refused(cap: float) -> None:
    with pytest.raises(
        OperationError, match="--max-cost-usd: expected an amount above 0"
    ):
        limits(cap)


def test_a_cap_on_an_unpriced_instance_type_is_refused() -> None:
    settings = load("dev")
    training = settings.training.model_copy(update={"instance_type": "ml.x9.huge"})
    with pytest.raises(
        OperationError, match=r"cannot be kept: .*training\.ml\.x9\.huge"
    ):
        limits(1, settings=settings.model_copy(update={"training": training}))


def test_a_spot_job_may_wait_for_capacity_beside_its_run_time() -> None:
    assert limits(None, spot=True).max_wait_seconds == 3600 + 3600
    assert limits(None).max_wait_seconds is None


def job(**changes: Any) -> dict[str, Any]:
    return {
        "ResourceConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 10,
        },
        "BillableTimeInSeconds": 1200,
        "TrainingTimeInSeconds": 1200,
        **changes,
    }


def test_the_cost_is_the_billable_seconds_at_the_price() -> None:
    assert describe_cost(job(), "us-east-1") == (
        f"Billable: 1,200 s of ml.m5.large, {1200 * USD_PER_SECOND:.4f} USD."
    )


def test_spot_tells_what_it_saved() -> None:
    text = describe_cost(job(BillableTimeInSeconds=360), "us-east-1")
    assert text.endswith(f"{360 * USD_PER_SECOND:.4f} USD, 70% saved by spot.")


def test_an_unknown_price_is_told_not_taken_for_nothing() -> None:
    resources = {"InstanceType": "ml.x9.huge", "InstanceCount": 1}
    assert describe_cost(job(ResourceConfig=resources), "us-east-1") == (
        "Billable: 1,200 s of ml.x9.huge, cost unknown "
        "(sagemaker.training.ml.x9.huge in us-east-1)."
    )


def test_a_job_that_never_ran_costs_nothing() -> None:
    assert "nothing" in describe_cost(job(BillableTimeInSeconds=None), "us-east-1")
