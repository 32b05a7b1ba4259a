"""Follow a training job: its status and its log, until it ends."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from training.container import FIRST_LOG_LINE
from training.launch.errors import LaunchError, aws_errors_told
from training.launch.spending import describe_cost

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import GetLogEventsRequestTypeDef
    from mypy_boto3_sagemaker.type_defs import DescribeTrainingJobResponseTypeDef

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
POLL_SECONDS = 2.0


def follow(
    session: boto3.Session, job_name: str, poll_seconds: float = POLL_SECONDS
) -> str:
    """Print the job's progress and at last its cost; return its artifact's URI.

    Raises
    ------
    LaunchError
        With the failure reason, if the job does not complete.
    """
    started = time.monotonic()
    seen_statuses = 0
    log = _Log(session, job_name)
    with aws_errors_told():
        sagemaker = session.client("sagemaker")
        while True:
            job = sagemaker.describe_training_job(TrainingJobName=job_name)
            transitions = job.get("SecondaryStatusTransitions", [])
            for transition in transitions[seen_statuses:]:
                seconds = time.monotonic() - started
                print(f"{seconds:7.0f} s  {transition['Status']}", flush=True)
            seen_statuses = len(transitions)
            for line in log.new_lines():
                print(f"  | {line}", flush=True)
            if job["TrainingJobStatus"] in {"Completed", "Failed", "Stopped"}:
                print(describe_cost(job, session.region_name), flush=True)
                return _artifact_uri(job)
            time.sleep(poll_seconds)


def _artifact_uri(job: "DescribeTrainingJobResponseTypeDef") -> str:
    status = job["TrainingJobStatus"]
    if status == "Completed":
        return job["ModelArtifacts"]["S3ModelArtifacts"]
    reason = job.get("FailureReason") or job.get("SecondaryStatus") or "no reason given"
    raise LaunchError(
        f"The job {job['TrainingJobName']} ended as {status}: {reason}\nIts whole log: "
        f"aws logs tail {LOG_GROUP} --log-stream-name-prefix {job['TrainingJobName']}"
    )


class _Log:
    """The lines that training itself wrote; the SDK's scripts write many more."""

    def __init__(self, session: boto3.Session, job_name: str) -> None:
        self._logs = session.client("logs")
        self._job_name = job_name
        self._tokens: dict[str, str] = {}
        self._begun = False

    def new_lines(self) -> Iterator[str]:
        try:
            streams = self._logs.describe_log_streams(
                logGroupName=LOG_GROUP, logStreamNamePrefix=f"{self._job_name}/"
            )["logStreams"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return
            raise
        for stream in streams:
            for line in self._read(stream["logStreamName"]):
                self._begun = self._begun or line.startswith(FIRST_LOG_LINE)
                if self._begun and not line.startswith("+ "):
                    yield line

    def _read(self, stream: str) -> Iterator[str]:
        """Yield what a stream has gained since the last call."""
        while True:
            token = self._tokens.get(stream)
            place: GetLogEventsRequestTypeDef = {
                "logGroupName": LOG_GROUP,
                "logStreamName": stream,
                "startFromHead": True,
            }
            if token is not None:
                place["nextToken"] = token
            page = self._logs.get_log_events(**place)
            for event in page["events"]:
                yield event["message"].rstrip()
            self._tokens[stream] = page["nextForwardToken"]
            if page["nextForwardToken"] == token or not page["events"]:
                return
