"""What a job may cost, and what it did cost."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdk_app import prices
from cdk_app.settings import Settings
from operations.account.errors import OperationError

STOP_GRACE_SECONDS = 120
"""A job that SageMaker stops may save its artifact for so long (StopTrainingJob)."""

MIN_RUNTIME_SECONDS = 60
SPOT_WAIT_SECONDS = 3600
"""How long a spot job waits for capacity, beside its run time; waiting is free."""


@dataclass(frozen=True)
class JobLimits:
    """How long a job may run, and on which capacity."""

    max_runtime_seconds: int
    spot: bool
    instances: int = 1

    @property
    def max_wait_seconds(self) -> int | None:
        """Run time and waiting of a spot job together; None on demand."""
        return self.max_runtime_seconds + SPOT_WAIT_SECONDS if self.spot else None


def job_limits(
    settings: Settings,
    region: str,
    *,
    spot: bool,
    max_cost_usd: float | None,
    instances: int = 1,
) -> JobLimits:
    """Return the settings' limits, lowered so that the job costs at most the cap.

    SageMaker itself stops the job then, whether or not the launcher still runs. The
    cap counts instance and volume at the on-demand price: spot costs less.

    Raises
    ------
    OperationError
        If the cap does not pay for a minute of training, or the price is unknown.
    """
    training = settings.training
    if max_cost_usd is None:
        return JobLimits(training.max_runtime_seconds, spot, instances)
    if not 0 < max_cost_usd < math.inf:
        raise OperationError(
            f"--max-cost-usd: expected an amount above 0, got {max_cost_usd}; give one "
            "in USD, such as 0.50."
        )
    try:
        affordable_seconds = prices.affordable_seconds(
            region,
            training.instance_type,
            max_cost_usd,
            instance_count=instances,
            volume_size_gb=training.volume_size_gb,
        )
        shortest_usd = prices.training_cost_usd(
            region,
            training.instance_type,
            MIN_RUNTIME_SECONDS + STOP_GRACE_SECONDS,
            instance_count=instances,
            volume_size_gb=training.volume_size_gb,
        )
    except prices.UnknownPriceError as error:
        raise OperationError(f"--max-cost-usd cannot be kept: {error}") from None
    runtime_seconds = affordable_seconds - STOP_GRACE_SECONDS
    if runtime_seconds < MIN_RUNTIME_SECONDS:
        raise OperationError(
            f"--max-cost-usd: expected at least {shortest_usd:.4f}, which is a minute "
            f"of {of_type(instances, training.instance_type)} and the time to stop "
            f"it, got {max_cost_usd}; "
            "raise it, or choose a cheaper instance type in the settings."
        )
    seconds = min(runtime_seconds, training.max_runtime_seconds)
    return JobLimits(seconds, spot, instances)


def of_type(instances: int, instance_type: str) -> str:
    """Return ``4 x ml.m5.large``, or the type alone."""
    return f"{instances} x {instance_type}" if instances > 1 else instance_type


def _instances_of(resources: Mapping[str, Any]) -> str:
    return of_type(resources.get("InstanceCount", 1), resources["InstanceType"])


def describe_limit(job: Mapping[str, Any], region: str) -> str:
    """Return how long a job may run, and what that costs at the on-demand price.

    ``job`` is the answer of DescribeTrainingJob.
    """
    resources = job["ResourceConfig"]
    seconds = job["StoppingCondition"]["MaxRuntimeInSeconds"]
    text = f"{seconds / 60:.0f} minutes of {_instances_of(resources)}"
    return f"{text}, {_cost_of(resources, seconds, region)}"


def describe_cost(job: Mapping[str, Any], region: str) -> str:
    """Return billable seconds and dollars of a job that has ended.

    ``job`` is the answer of DescribeTrainingJob.
    """
    billable = job.get("BillableTimeInSeconds")
    if billable is None:
        return "Billable: nothing; the job never ran."
    resources = job["ResourceConfig"]
    text = f"Billable: {billable:,} s of {_instances_of(resources)}"
    lasted = job.get("TrainingTimeInSeconds") or billable
    saved = f", {1 - billable / lasted:.0%} saved by spot" if billable < lasted else ""
    return f"{text}, {_cost_of(resources, billable, region)}{saved}."


def _cost_of(resources: Mapping[str, Any], seconds: float, region: str) -> str:
    """Return what so many seconds of a job's instances cost, in words."""
    try:
        usd = prices.training_cost_usd(
            region,
            resources["InstanceType"],
            seconds,
            instance_count=resources.get("InstanceCount", 1),
            volume_size_gb=resources.get("VolumeSizeInGB", 0),
        )
    except prices.UnknownPriceError as error:
        return f"cost unknown ({error.item} in {region})"
    return f"{usd:.4f} USD"
