"""An update's steps: who gets the traffic when, and what takes it back."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from local_aws import server_state
from local_aws.sagemaker.deployment_config import Capacity, DeploymentConfig
from local_aws.sagemaker.endpoint import Traffic
from local_aws.sagemaker.endpoints import Deployment, Update
from local_aws.sagemaker.fleet import Fleet

VARIANT = {"VariantName": "AllTraffic", "CurrentWeight": 1.0, "DesiredInstanceCount": 4}


class FakeFleet:
    """A fleet without processes."""

    def __init__(self) -> None:
        self.servers: list[Any] = []
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True


@dataclass
class FakeAlarms:
    """Alarms that trip when the new fleet has a share."""

    endpoint: "FakeEndpoint"
    from_share: float = math.inf

    def tripped(self) -> str | None:
        return "errors" if self.endpoint.shares[-1] >= self.from_share else None


@dataclass
class FakeEndpoint:
    """An endpoint that remembers the new fleet's shares."""

    blue: FakeFleet = field(default_factory=FakeFleet)
    shares: list[float] = field(default_factory=list)
    statuses: list[tuple[str, str | None]] = field(default_factory=list)
    endpoint_name: str = "fraud"
    endpoint_config_name: str = "old"
    account: str = "123456789012"
    region: str = "us-east-1"
    pending_deployment_summary: Any = None

    def __post_init__(self) -> None:
        self._traffic = Traffic.all_to(self.blue)  # type: ignore[arg-type]

    @property
    def traffic(self) -> Traffic:
        return self._traffic

    @traffic.setter
    def traffic(self, traffic: Traffic) -> None:
        self._traffic = traffic
        fleets: tuple[Any, ...] = traffic.fleets
        shares = zip(fleets, traffic.shares, strict=True)
        self.shares.append(sum(s for f, s in shares if f is not self.blue))
        # Nobody is cut off: a fleet with traffic runs.
        assert not any(one.stopped for one in fleets)

    def take_over(self, config: Any, variants: Any, data_capture: Any) -> None:
        self.endpoint_config_name = config.endpoint_config_name

    def enter(self, status: str, failure_reason: str | None = None) -> None:
        self.statuses.append((status, failure_reason))


@pytest.fixture
def green(monkeypatch: pytest.MonkeyPatch) -> FakeFleet:
    """The new fleet, in an update that takes no time and no thread."""
    fleet = FakeFleet()

    def at_once(self: Deployment, work: Callable[[], None]) -> None:
        work()

    monkeypatch.setattr(Fleet, "start", lambda *_: fleet)
    monkeypatch.setattr(Deployment, "_in_background", at_once)
    monkeypatch.setattr(
        server_state, "current", lambda: SimpleNamespace(time_scale=0.0)
    )
    return fleet


def update(endpoint: FakeEndpoint, config: DeploymentConfig, **alarms: float) -> None:
    """Update an endpoint to the configuration `new`."""
    new = SimpleNamespace(endpoint_config_name="new", production_variants=[])
    watched: Any = FakeAlarms(endpoint, **alarms)
    deployment = Deployment(endpoint, new, {})  # type: ignore[arg-type]
    deployment.update(Update([VARIANT], {}, config, watched))


CANARY = DeploymentConfig(Capacity("CAPACITY_PERCENT", 25))


@pytest.mark.parametrize(
    ("config", "shares"),
    [
        (DeploymentConfig(), [1.0]),
        (CANARY, [0.25, 1.0]),
    ],
)
def test_traffic_shifts_step_by_step(
    green: FakeFleet, config: DeploymentConfig, shares: list[float]
) -> None:
    endpoint = FakeEndpoint()

    update(endpoint, config)

    assert endpoint.shares == shares
    assert endpoint.statuses == [("InService", None)]
    assert endpoint.endpoint_config_name == "new"
    assert (endpoint.blue.stopped, green.stopped) == (True, False)


@pytest.mark.parametrize("from_share", [0.25, 1.0])
def test_an_alarm_gives_everything_back_at_any_step(
    green: FakeFleet, from_share: float
) -> None:
    endpoint = FakeEndpoint()

    update(endpoint, CANARY, from_share=from_share)

    assert endpoint.shares[-2:] == [from_share, 0.0]
    [(status, reason)] = endpoint.statuses
    assert status == "InService"
    assert reason is not None
    assert "the CloudWatch alarm errors is in state ALARM" in reason
    assert "serves old as before" in reason
    assert endpoint.endpoint_config_name == "old"
    assert (endpoint.blue.stopped, green.stopped) == (False, True)


def test_an_update_that_takes_too_long_is_rolled_back(green: FakeFleet) -> None:
    endpoint = FakeEndpoint()

    update(endpoint, DeploymentConfig(CANARY.canary, maximum_seconds=0.0))

    [(_, reason)] = endpoint.statuses
    assert reason is not None
    assert "MaximumExecutionTimeoutInSeconds has passed" in reason
    assert endpoint.shares == [0.25, 0.0]
    assert (endpoint.blue.stopped, green.stopped) == (False, True)
