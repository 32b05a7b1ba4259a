"""Follow a transform job: its status and the rows that its containers have scored."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from operations.account.errors import CallError, explained

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import GetLogEventsRequestTypeDef
    from mypy_boto3_sagemaker.type_defs import DescribeTransformJobResponseTypeDef

LOG_GROUP = "/aws/sagemaker/TransformJobs"
POLL_SECONDS = 2.0
_DATA_LOG = "[sagemaker logs]: "
_MOST_COMPLAINTS = 10


def follow(
    session: boto3.Session, job_name: str, poll_seconds: float = POLL_SECONDS
) -> int:
    """Print a job's progress as it happens; return the rows it has scored.

    Raises
    ------
    CallError
        With the failure reason and what SageMaker logged, if it does not complete.
    """
    started = time.monotonic()
    log = JobLog(session, job_name)
    told = ""
    with explained():
        sagemaker = session.client("sagemaker")
        while True:
            job = sagemaker.describe_transform_job(TransformJobName=job_name)
            log.read()
            progress = f"{job['TransformJobStatus']:<11} {log.rows:>12,} rows scored"
            if progress != told:
                print(f"{time.monotonic() - started:7.0f} s  {progress}", flush=True)
                told = progress
            if job["TransformJobStatus"] == "Completed":
                return log.rows
            if job["TransformJobStatus"] in {"Failed", "Stopped"}:
                raise CallError(_told(job, log))
            time.sleep(poll_seconds)


def _told(job: "DescribeTransformJobResponseTypeDef", log: "JobLog") -> str:
    name = job["TransformJobName"]
    reason = job.get("FailureReason", "no reason given")
    lines = [f"The job {name} ended as {job['TransformJobStatus']}: {reason}"]
    lines += [f"  {line}" for line in log.complaints[:_MOST_COMPLAINTS]]
    if log.complaints:
        lines.append("A row is counted within its request, not within its object.")
    lines.append(
        f"Its whole log: aws logs tail {LOG_GROUP} --log-stream-name-prefix {name}"
    )
    return "\n".join(lines)


@dataclass
class JobLog:
    """What the job's containers and SageMaker have logged so far."""

    session: boto3.Session
    job_name: str
    rows: int = 0
    #: What SageMaker logged of objects that it could not transform.
    complaints: list[str] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict)

    def read(self) -> None:
        """Take in what is new."""
        for line in self._new_lines():
            if _DATA_LOG in line:
                said = line.partition(_DATA_LOG)[2].rstrip()
                # "bucket/key: what is wrong", and first the job's own settings
                if ": " in said and not said.endswith("Message:"):
                    self.complaints.append(said)
            elif line.startswith("{"):
                self.rows += _rows(line)

    def _new_lines(self) -> Iterator[str]:
        logs = self.session.client("logs")
        try:
            streams = [
                stream["logStreamName"]
                for page in logs.get_paginator("describe_log_streams").paginate(
                    logGroupName=LOG_GROUP, logStreamNamePrefix=f"{self.job_name}/"
                )
                for stream in page["logStreams"]
            ]
        except ClientError as error:
            if error.response["Error"].get("Code") != "ResourceNotFoundException":
                raise
            return  # the group appears with the account's first transform job
        for stream in streams:
            yield from self._lines_of(stream)

    def _lines_of(self, stream: str) -> Iterator[str]:
        while True:
            token = self._tokens.get(stream)
            place: GetLogEventsRequestTypeDef = {
                "logGroupName": LOG_GROUP,
                "logStreamName": stream,
                "startFromHead": True,
            }
            if token is not None:
                place["nextToken"] = token
            page = self.session.client("logs").get_log_events(**place)
            for event in page["events"]:
                yield event["message"]
            self._tokens[stream] = page["nextForwardToken"]
            if page["nextForwardToken"] == token or not page["events"]:
                return


def _rows(line: str) -> int:
    """Rows of one line of the server's request log."""
    try:
        return int(json.loads(line)["rows"])
    except (ValueError, KeyError, TypeError):
        return 0
