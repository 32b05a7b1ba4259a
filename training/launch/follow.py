"""Follow a training job: its status and its log, until it ends."""

import textwrap
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3

from artifact.printable import printable
from cdk_app.naming import PROJECT, TRAINING_JOBS_LOG_GROUP
from cdk_app.settings import Settings
from operations.account.errors import OperationError, explained
from operations.account.logs import JobLog
from training.container import FIGURES_LINE, FIRST_LOG_LINE
from training.launch.spending import describe_cost, describe_limit

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeTrainingJobResponseTypeDef

POLL_SECONDS = 2.0
_FIRST_HOST = "algo-1"
#: Less than a terminal has: the demo sets it in by two.
WIDTH_COLUMNS = 78


class JobGoesOnError(Exception):
    """Nobody follows the job any more, but it runs; the message says what to do."""


def goes_on(session: boto3.Session, settings: Settings, job_name: str) -> str:
    """Say that a job runs on, what it may cost, and how to stop or follow it."""
    try:
        with explained():
            job = session.client("sagemaker").describe_training_job(
                TrainingJobName=job_name
            )
        may_cost = describe_limit(job, session.region_name)
    except OperationError:
        may_cost = "costs that were not found out"
    return (
        f"The job goes on without you, up to {may_cost}.\n"
        f"Follow it again:  fraud launch --env {settings.environment} "
        f"--follow {job_name}\n"
        "Stop it:          aws sagemaker stop-training-job "
        f"--training-job-name {job_name}"
    )


def unknown_job(environment: str) -> str:
    """Say how to find a job that may have been created when Ctrl-C came."""
    return (
        "Stopped while the job was being created. Whether it runs, show:\n"
        "  aws sagemaker list-training-jobs --status-equals InProgress "
        f"--name-contains {PROJECT}-{environment}-"
    )


def follow(
    session: boto3.Session, job_name: str, poll_seconds: float = POLL_SECONDS
) -> str:
    """Print the job's progress and at last its cost; return its artifact's URI.

    Raises
    ------
    OperationError
        With the failure reason, if the job does not complete.
    """
    started = time.monotonic()
    seen_statuses = 0
    log = JobLog(session, TRAINING_JOBS_LOG_GROUP, job_name)
    new_lines = _own_lines(log)
    with explained():
        sagemaker = session.client("sagemaker")
        while True:
            job = sagemaker.describe_training_job(TrainingJobName=job_name)
            transitions = job.get("SecondaryStatusTransitions", [])
            for transition in transitions[seen_statuses:]:
                seconds = time.monotonic() - started
                print(f"{seconds:7.0f} s  {transition['Status']}", flush=True)
            seen_statuses = len(transitions)
            for line in new_lines():
                print(_shown(line), flush=True)
            if job["TrainingJobStatus"] in {"Completed", "Failed", "Stopped"}:
                print(describe_cost(job, session.region_name), flush=True)
                return _artifact_uri(job, log)
            time.sleep(poll_seconds)


def _shown(line: str) -> str:
    return textwrap.fill(
        printable(line),
        WIDTH_COLUMNS,
        initial_indent="  | ",
        subsequent_indent="  |            ",
        drop_whitespace=False,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _artifact_uri(job: "DescribeTrainingJobResponseTypeDef", log: JobLog) -> str:
    status = job["TrainingJobStatus"]
    if status == "Completed":
        return job["ModelArtifacts"]["S3ModelArtifacts"]
    reason = job.get("FailureReason") or job.get("SecondaryStatus") or "no reason given"
    raise OperationError(
        f"The job {job['TrainingJobName']} ended as {status}: {reason}\n"
        f"Its whole log: {log.command}"
    )


def _own_lines(log: JobLog) -> Callable[[], Iterator[str]]:
    """Return what yields the new lines of training itself, up to its figures.

    The SDK's driver writes many more: before them, and as the shell's ``+`` trace
    after them. The figures are printed from the artifact, beside others. Of several
    hosts the first says how the work goes, and the others what they failed of.
    """
    begun: set[str] = set()
    ended: set[str] = set()

    def new_lines() -> Iterator[str]:
        for host, line in log.new_lines():
            if line.startswith(FIRST_LOG_LINE):
                begun.add(host)
            if line.startswith(FIGURES_LINE):
                ended.add(host)
            told = host == _FIRST_HOST or line.startswith("error:")
            if host in begun - ended and told and not line.startswith("+"):
                yield line

    return new_lines
