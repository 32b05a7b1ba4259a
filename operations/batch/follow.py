"""Follow a transform job: its status and the rows that its containers have scored."""

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import boto3

from cdk_app.naming import TRANSFORM_JOBS_LOG_GROUP
from operations.account.errors import OperationError, explained
from operations.account.logs import JobLog

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeTransformJobResponseTypeDef

POLL_SECONDS = 2.0
_DATA_LOG = "[sagemaker logs]: "
_MOST_COMPLAINTS = 10


def follow(
    session: boto3.Session, job_name: str, poll_seconds: float = POLL_SECONDS
) -> int:
    """Print a job's progress as it happens; return the rows it has scored.

    Raises
    ------
    OperationError
        With the failure reason and what SageMaker logged, if it does not complete.
    """
    started = time.monotonic()
    log = ScoredRows(JobLog(session, TRANSFORM_JOBS_LOG_GROUP, job_name))
    shown = ""
    with explained():
        sagemaker = session.client("sagemaker")
        while True:
            job = sagemaker.describe_transform_job(TransformJobName=job_name)
            log.read()
            progress = f"{job['TransformJobStatus']:<11} {log.rows:>12,} rows scored"
            if progress != shown:
                print(f"{time.monotonic() - started:7.0f} s  {progress}", flush=True)
                shown = progress
            if job["TransformJobStatus"] == "Completed":
                return log.rows
            if job["TransformJobStatus"] in {"Failed", "Stopped"}:
                raise OperationError(_failure(job, log))
            time.sleep(poll_seconds)


def _failure(job: "DescribeTransformJobResponseTypeDef", log: "ScoredRows") -> str:
    name = job["TransformJobName"]
    reason = job.get("FailureReason", "no reason given")
    lines = [f"The job {name} ended as {job['TransformJobStatus']}: {reason}"]
    lines += [f"  {line}" for line in log.complaints[:_MOST_COMPLAINTS]]
    if log.complaints:
        lines.append("A row is counted within its request, not within its object.")
    lines.append(f"Its whole log: {log.log.command}")
    return "\n".join(lines)


@dataclass
class ScoredRows:
    """What the job's containers and SageMaker have logged of rows so far."""

    log: JobLog
    rows: int = 0
    #: What SageMaker logged of objects that it could not transform.
    complaints: list[str] = field(default_factory=list)

    def read(self) -> None:
        """Take in what is new."""
        for _, line in self.log.new_lines():
            if _DATA_LOG in line:
                said = line.partition(_DATA_LOG)[2].rstrip()
                # "bucket/key: what is wrong", and first the job's own settings
                if ": " in said and not said.endswith("Message:"):
                    self.complaints.append(said)
            elif line.startswith("{"):
                self.rows += _rows(line)


def _rows(line: str) -> int:
    """Rows of one line of the server's request log."""
    try:
        return int(json.loads(line)["rows"])
    except (ValueError, KeyError, TypeError):
        return 0
