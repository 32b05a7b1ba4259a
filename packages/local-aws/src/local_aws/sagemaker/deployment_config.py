"""How an update shifts traffic to the new fleet, and what makes it roll back.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from moto.cloudwatch.models import cloudwatch_backends
from moto.sagemaker.exceptions import ValidationError

LARGEST_CANARY = 0.5


@dataclass(frozen=True)
class Capacity:
    """A part of a variant's instances, as a count or a percentage."""

    kind: str
    value: int

    @classmethod
    def parse(cls, settings: Mapping[str, Any]) -> Self:
        """Return the capacity of a CanarySize."""
        return cls(str(settings["Type"]), int(settings["Value"]))

    def instances(self, of: int) -> int:
        """Return its whole instances of a variant: rounded down, at least one."""
        if self.kind == "INSTANCE_COUNT":
            return self.value
        return max(1, of * self.value // 100)

    def fraction(self, of: int) -> float:
        """Return the part of a variant's instances that was asked for."""
        return self.value / (of if self.kind == "INSTANCE_COUNT" else 100)


@dataclass(frozen=True)
class DeploymentConfig:
    """A blue/green update: its canary, waits and rollback alarms.

    Attributes
    ----------
    canary
        What gets traffic first; None to shift all at once.
    """

    canary: Capacity | None = None
    bake_seconds: float = 0.0
    termination_wait_seconds: float = 0.0
    maximum_seconds: float = math.inf
    alarms: tuple[str, ...] = ()

    @classmethod
    def parse(cls, settings: Mapping[str, Any] | None) -> Self:
        """Return what a request's DeploymentConfig says; all at once without one.

        Raises
        ------
        ValidationError
            For what SageMaker refuses, or local AWS does not do.
        """
        if not settings:
            return cls()
        if "RollingUpdatePolicy" in settings:
            raise ValidationError(
                "Local AWS does not support RollingUpdatePolicy; use "
                "BlueGreenUpdatePolicy."
            )
        rollback = settings.get("AutoRollbackConfiguration") or {}
        alarms = tuple(one["AlarmName"] for one in rollback.get("Alarms", []))
        policy = settings.get("BlueGreenUpdatePolicy")
        if not policy:
            return cls(alarms=alarms)
        routing = policy["TrafficRoutingConfiguration"]
        return cls(
            canary=_canary(routing),
            bake_seconds=float(routing["WaitIntervalInSeconds"]),
            termination_wait_seconds=float(policy.get("TerminationWaitInSeconds", 0)),
            maximum_seconds=float(
                policy.get("MaximumExecutionTimeoutInSeconds", math.inf)
            ),
            alarms=alarms,
        )

    def check(self, instance_counts: Sequence[int | None]) -> None:
        """Refuse a canary that does not fit the new fleet.

        Parameters
        ----------
        instance_counts
            Of each variant; None for a serverless one.

        Raises
        ------
        ValidationError
            If it is more than half of a variant's instances, or a variant is
            serverless.
        """
        if self.canary is None:
            return
        for count in instance_counts:
            if count is None:
                raise ValidationError(
                    "CANARY deployments need instances, not serverless."
                )
            is_divisible = self.canary.instances(count) <= count * LARGEST_CANARY
            if not is_divisible or self.canary.fraction(count) > LARGEST_CANARY:
                raise ValidationError(
                    f"The CANARY step of {self.canary.value} ({self.canary.kind}) must "
                    f"be at most 50% of the variant's {count} instances."
                )

    def shares(self, instance_counts: Sequence[int | None]) -> list[float]:
        """Return the new fleet's share of the traffic after each step; the last is 1.

        A share is that of whole instances which take traffic.
        """
        if self.canary is None:
            return [1.0]
        counts = [count or 0 for count in instance_counts]
        first = sum(self.canary.instances(count) for count in counts) / sum(counts)
        return [first, 1.0]


@dataclass(frozen=True)
class RollbackAlarms:
    """CloudWatch alarms of an account and region, by name."""

    account: str
    region: str
    names: tuple[str, ...]

    def check(self) -> None:
        """Refuse alarms that do not exist: they would never roll anything back."""
        for name in self.names:
            if name not in self._existing:
                raise ValidationError(f"Could not find the CloudWatch alarm {name!r}.")

    def tripped(self) -> str | None:
        """Return which alarm is in ALARM, with its reason, or None."""
        for name in self.names:
            alarm = self._existing.get(name)
            if alarm is not None and alarm.state_value == "ALARM":
                reason = f" ({alarm.state_reason})" if alarm.state_reason else ""
                return f"{name}{reason}"
        return None

    @property
    def _existing(self) -> Mapping[str, Any]:
        alarms: Mapping[str, Any] = cloudwatch_backends[self.account][
            self.region
        ].alarms
        return alarms


def _canary(routing: Mapping[str, Any]) -> Capacity | None:
    kind = routing["Type"]
    if kind == "ALL_AT_ONCE":
        return None
    if kind != "CANARY":
        raise ValidationError(
            f"Local AWS shifts traffic ALL_AT_ONCE or as a CANARY, got {kind}."
        )
    if "CanarySize" not in routing:
        raise ValidationError(
            "TrafficRoutingConfiguration of type CANARY needs CanarySize."
        )
    return Capacity.parse(routing["CanarySize"])
