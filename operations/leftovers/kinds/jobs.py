"""Training and transform jobs that run. Those that ended cost nothing more."""

from collections.abc import Iterator
from dataclasses import replace

from cdk_app.prices.units import SECONDS_PER_HOUR
from operations.leftovers.account import Account
from operations.leftovers.found import Found
from operations.leftovers.kinds.hosting import sagemaker_tags
from operations.leftovers.kinds.kind import Kind


def _training_jobs(account: Account) -> Iterator[Found]:
    for entry in account.pages(
        "sagemaker",
        "list_training_jobs",
        "TrainingJobSummaries",
        StatusEquals="InProgress",
    ):
        arn = entry["TrainingJobArn"]
        tags = sagemaker_tags(account, arn)
        yield Found("training job", entry["TrainingJobName"], arn, tags)


def _measure_training_job(account: Account, found: Found) -> Found:
    """Price the job at its maximum run time: it ends by itself."""
    job = account.client("sagemaker").describe_training_job(TrainingJobName=found.name)
    resources = job["ResourceConfig"]
    hours = (
        resources.get("InstanceCount", 1)
        * job["StoppingCondition"]["MaxRuntimeInSeconds"]
        / SECONDS_PER_HOUR
    )
    instance_type = resources["InstanceType"]
    return replace(
        found,
        monthly_usd=account.monthly_usd(f"sagemaker.training.{instance_type}", hours),
        detail=f"running, at most {hours:g} h of {instance_type}",
    )


def _stop_training_job(account: Account, found: Found) -> str:
    account.client("sagemaker").stop_training_job(TrainingJobName=found.name)
    return "stopping"


def _transform_jobs(account: Account) -> Iterator[Found]:
    for entry in account.pages(
        "sagemaker",
        "list_transform_jobs",
        "TransformJobSummaries",
        StatusEquals="InProgress",
    ):
        arn = entry["TransformJobArn"]
        tags = sagemaker_tags(account, arn)
        # A transform job has no limit of its run time, so its cost is not known.
        yield Found(
            "transform job",
            entry["TransformJobName"],
            arn,
            tags,
            monthly_usd=None,
            detail="running",
        )


def _stop_transform_job(account: Account, found: Found) -> str:
    account.client("sagemaker").stop_transform_job(TransformJobName=found.name)
    return "stopping"


TRAINING_JOBS = Kind(
    "training job", _training_jobs, _stop_training_job, _measure_training_job
)
TRANSFORM_JOBS = Kind("transform job", _transform_jobs, _stop_transform_job)
