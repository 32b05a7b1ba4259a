"""Jobs that were launched before: the newest completed one, one by name, all."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from cdk_app.naming import PROJECT, job_name_prefix
from cdk_app.tags import ENVIRONMENT_TAG, PROJECT_TAG, PROJECT_TAG_VALUE
from operations.account.absent import absent
from operations.account.errors import explained

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import TrainingJobSummaryTypeDef


def find_last(session: boto3.Session, environment: str) -> str:
    """Return the artifact's URI of the environment's newest completed job.

    A job is the environment's by its tags: names of other environments, and of jobs
    that somebody else started, may begin in the same way.

    Raises
    ------
    OperationError
        If there is none.
    """
    with explained():
        sagemaker: SageMakerClient = session.client("sagemaker")
        for job in _newest_first(sagemaker, job_name_prefix(environment)):
            if _is_of(sagemaker, job["TrainingJobArn"], environment):
                name = job["TrainingJobName"]
                # On standard error: standard output has the deploy command alone.
                print(f"The newest completed job is {name}", file=sys.stderr)
                described = sagemaker.describe_training_job(TrainingJobName=name)
                return described["ModelArtifacts"]["S3ModelArtifacts"]
    raise absent(
        session,
        f"completed training job of {environment}",
        f"start one with: fraud launch --env {environment}",
        kind="jobs",
        there=lambda: project_jobs(session),
    )


def check_exists(session: boto3.Session, job_name: str) -> None:
    """Check that there is such a job.

    Raises
    ------
    OperationError
        Saying where there is none, and which there are.
    """
    with explained():
        try:
            session.client("sagemaker").describe_training_job(TrainingJobName=job_name)
        except ClientError as error:
            # SageMaker has no code of its own for what does not exist.
            if "not f" not in str(error):
                raise
            raise absent(
                session,
                f"training job {job_name}",
                "follow one that is there.",
                kind="jobs",
                there=lambda: project_jobs(session),
            ) from None


def project_jobs(session: boto3.Session) -> Iterator[str]:
    """Yield the newest training jobs of every environment, and what became of them."""
    jobs = session.client("sagemaker").list_training_jobs(
        NameContains=f"{PROJECT}-", SortBy="CreationTime", SortOrder="Descending"
    )["TrainingJobSummaries"]
    for job in jobs:
        if job["TrainingJobName"].startswith(f"{PROJECT}-"):
            yield f"{job['TrainingJobName']} ({job['TrainingJobStatus']})"


def _newest_first(
    sagemaker: "SageMakerClient", prefix: str
) -> Iterator["TrainingJobSummaryTypeDef"]:
    pages = sagemaker.get_paginator("list_training_jobs").paginate(
        NameContains=prefix,
        StatusEquals="Completed",
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    for page in pages:
        for job in page["TrainingJobSummaries"]:
            if job["TrainingJobName"].startswith(prefix):
                yield job


def _is_of(sagemaker: "SageMakerClient", arn: str, environment: str) -> bool:
    pages = sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
    tags = {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
    return (
        tags.get(PROJECT_TAG) == PROJECT_TAG_VALUE
        and tags.get(ENVIRONMENT_TAG) == environment
    )
