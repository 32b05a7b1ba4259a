"""The steps in which an update shifts traffic."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_aws.sagemaker.deployment_config import DeploymentConfig
from moto.sagemaker.exceptions import ValidationError


def settings(kind: str, unit: str | None = None, value: int = 0) -> dict[str, Any]:
    """Return a DeploymentConfig as the API takes it."""
    routing: dict[str, Any] = {"Type": kind, "WaitIntervalInSeconds": 60}
    if unit:
        routing["CanarySize"] = {"Type": unit, "Value": value}
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": routing,
            "TerminationWaitInSeconds": 120,
            "MaximumExecutionTimeoutInSeconds": 900,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]},
    }


@pytest.mark.parametrize(
    ("kind", "unit", "value", "instances", "shares"),
    [
        ("ALL_AT_ONCE", None, 0, 1, [1.0]),
        ("CANARY", "CAPACITY_PERCENT", 30, 10, [0.3, 1.0]),
        # A canary is whole instances: one of two, though a tenth was asked for.
        ("CANARY", "CAPACITY_PERCENT", 10, 2, [0.5, 1.0]),
        ("CANARY", "INSTANCE_COUNT", 1, 4, [0.25, 1.0]),
    ],
)
def test_the_new_fleet_s_share_after_each_step(
    kind: str, unit: str | None, value: int, instances: int, shares: list[float]
) -> None:
    config = DeploymentConfig.parse(settings(kind, unit, value))

    config.check([instances])

    assert config.shares([instances]) == pytest.approx(shares)


@given(
    percent=st.integers(10, 50),
    instances=st.lists(st.integers(2, 100), min_size=1, max_size=3),
)
def test_every_step_adds_and_the_last_is_everything(
    percent: int, instances: list[int]
) -> None:
    config = DeploymentConfig.parse(settings("CANARY", "CAPACITY_PERCENT", percent))
    config.check(instances)

    shares = config.shares(instances)

    assert shares[-1] == 1.0
    assert all(0 < low < high for low, high in itertools.pairwise(shares))


def test_waits_limit_and_alarms_are_taken_over() -> None:
    config = DeploymentConfig.parse(settings("ALL_AT_ONCE"))

    assert config.bake_seconds == 60
    assert config.termination_wait_seconds == 120
    assert config.maximum_seconds == 900
    assert config.alarms == ("errors",)


def test_without_settings_all_traffic_shifts_at_once_and_nothing_waits() -> None:
    assert DeploymentConfig.parse(None) == DeploymentConfig()
    assert DeploymentConfig().shares([3]) == [1.0]
    assert DeploymentConfig().bake_seconds == 0


@pytest.mark.parametrize(
    ("kind", "unit", "value", "instances", "message"),
    [
        ("CANARY", "CAPACITY_PERCENT", 51, 10, "at most 50%"),
        ("CANARY", "CAPACITY_PERCENT", 10, 1, "of the variant's 1 instances"),
        ("CANARY", "INSTANCE_COUNT", 2, 3, "at most 50%"),
        ("CANARY", "CAPACITY_PERCENT", 10, None, "not serverless"),
    ],
)
def test_a_step_that_does_not_fit_the_fleet_is_refused(
    kind: str, unit: str, value: int, instances: int | None, message: str
) -> None:
    config = DeploymentConfig.parse(settings(kind, unit, value))

    with pytest.raises(ValidationError, match=message):
        config.check([instances])


def test_a_canary_without_its_size_is_refused() -> None:
    with pytest.raises(ValidationError, match="CANARY needs CanarySize"):
        DeploymentConfig.parse(settings("CANARY"))


def test_a_linear_shift_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="got LINEAR"):
        DeploymentConfig.parse(settings("LINEAR"))


def test_rolling_updates_are_refused_with_what_to_use() -> None:
    with pytest.raises(ValidationError, match="use BlueGreenUpdatePolicy"):
        DeploymentConfig.parse({"RollingUpdatePolicy": {"WaitIntervalInSeconds": 0}})
