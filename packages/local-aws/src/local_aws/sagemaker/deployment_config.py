"""How an update shifts traffic to the new fleet, and what makes it roll back.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.sagemaker.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LARGEST_STEP = 0.5
SMALLEST_LINEAR_STEP = 0.1


@dataclass(frozen=True)
class Capacity:
    """A part of a variant's instances, as a count or a percentage."""

    kind: str
    value: int

    @classmethod
    def parse(cls, settings: Mapping[str, Any]) -> Capacity:
        """Return the capacity of a CanarySize or LinearStepSize."""
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
    """A blue/green update: its steps, waits and rollback alarms.

    Attributes
    ----------
    step
        The canary, or each step of a linear shift; None to shift all at once.
    """

    kind: str = "ALL_AT_ONCE"
    step: Capacity | None = None
    bake_seconds: float = 0.0
    termination_wait_seconds: float = 0.0
    maximum_seconds: float = math.inf
    alarms: tuple[str, ...] = ()

    @classmethod
    def parse(cls, settings: Mapping[str, Any] | None) -> DeploymentConfig:
        """Return what a request's DeploymentConfig says; all at once without one.

        Raises
        ------
        ValidationError
            For what SageMaker refuses, or local AWS does not do.
        """
        if not settings:
            return cls()
        if "RollingUpdatePolicy" in settings:
            message = (
                "Local AWS does not support RollingUpdatePolicy; use "
                "BlueGreenUpdatePolicy."
            )
            raise ValidationError(message)
        rollback = settings.get("AutoRollbackConfiguration") or {}
        alarms = tuple(one["AlarmName"] for one in rollback.get("Alarms", []))
        policy = settings.get("BlueGreenUpdatePolicy")
        if not policy:
            return cls(alarms=alarms)
        routing = policy["TrafficRoutingConfiguration"]
        return cls(
            kind=routing["Type"],
            step=_step(routing),
            bake_seconds=float(routing["WaitIntervalInSeconds"]),
            termination_wait_seconds=float(policy.get("TerminationWaitInSeconds", 0)),
            maximum_seconds=float(
                policy.get("MaximumExecutionTimeoutInSeconds", math.inf)
            ),
            alarms=alarms,
        )

    def check(self, instance_counts: Sequence[int | None]) -> None:
        """Refuse steps that do not fit the new fleet.

        Parameters
        ----------
        instance_counts
            Of each variant; None for a serverless one.

        Raises
        ------
        ValidationError
            If a step is more than half of a variant's instances, a linear one less
            than a tenth, or a variant is serverless.
        """
        if self.step is None:
            return
        smallest = SMALLEST_LINEAR_STEP if self.kind == "LINEAR" else 0.0
        for count in instance_counts:
            if count is None:
                message = f"{self.kind} deployments need instances, not serverless."
                raise ValidationError(message)
            fraction = self.step.fraction(count)
            is_divisible = self.step.instances(count) <= count * LARGEST_STEP
            if not is_divisible or not smallest <= fraction <= LARGEST_STEP:
                message = (
                    f"The {self.kind} step of {self.step.value} ({self.step.kind}) "
                    f"must be at most 50%{' and at least 10%' if smallest else ''} of "
                    f"the variant's {count} instances."
                )
                raise ValidationError(message)

    def shares(self, instance_counts: Sequence[int | None]) -> list[float]:
        """Return the new fleet's share of the traffic after each step; the last is 1.

        A share is that of whole instances which take traffic.
        """
        if self.step is None:
            return [1.0]
        counts = [count or 0 for count in instance_counts]
        first = sum(self.step.instances(count) for count in counts) / sum(counts)
        if self.kind == "CANARY":
            return [first, 1.0]
        steps = math.ceil(1 / first - 1e-9)
        return [min(1.0, first * number) for number in range(1, steps)] + [1.0]


def _step(routing: Mapping[str, Any]) -> Capacity | None:
    names = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}
    name = names.get(routing["Type"])
    if name is None:
        return None
    if name not in routing:
        message = f"TrafficRoutingConfiguration of type {routing['Type']} needs {name}."
        raise ValidationError(message)
    return Capacity.parse(routing[name])
