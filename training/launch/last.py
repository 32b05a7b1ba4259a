"""The newest completed job of an environment."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3

from cdk_app.naming import job_name_prefix
from cdk_app.tags import ENVIRONMENT_TAG, PROJECT_TAG, PROJECT_TAG_VALUE
from operations.account.errors import OperationError, explained

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
    raise OperationError(
        f"No job of {environment} has completed in {session.region_name}; start one "
        f"with: fraud launch --env {environment}"
    )


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
