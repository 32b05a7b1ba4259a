"""A batch transform job: its description, and what it may ask for."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeTransformJob

from local_aws import server_state
from local_aws.s3 import S3Error, S3Uri
from local_aws.sagemaker.json_path import JsonPathError
from local_aws.sagemaker.records import Processing

BYTES_PER_MB = 1024 * 1024
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
DEFAULT_PAYLOAD_MB = 6
MAX_PAYLOAD_MB = 100
DEFAULT_CONCURRENT_TRANSFORMS = 1
DEFAULT_RETRIES = 3
DEFAULT_TIMEOUT_SECONDS = 600
MAX_INSTANCES = 100


class TransformJob(FakeTransformJob):
    """A transform job's description, written by its run."""

    def __init__(self, *, account_id: str, region_name: str, **settings: Any) -> None:  # noqa: ANN401
        super().__init__(account_id=account_id, region_name=region_name, **settings)
        self.account = account_id
        self.region = region_name
        # moto makes a job that has completed; this one has yet to start.
        self.transform_job_status = "InProgress"
        self.transform_start_time: datetime | None = None  # type: ignore[assignment]
        self.transform_end_time: datetime | None = None  # type: ignore[assignment]
        self.failure_reason: str | None = None  # type: ignore[assignment]
        self.labeling_job_arn = None  # type: ignore[assignment]
        self.auto_ml_job_arn = None  # type: ignore[assignment]

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.transform_job_status in {"Completed", "Failed", "Stopped"}

    @property
    def by_line(self) -> bool:
        """Whether each line of an object is a record."""
        return self.transform_input.get("SplitType") == "Line"

    @property
    def is_compressed(self) -> bool:
        """Whether its objects are gzip files."""
        return self.transform_input.get("CompressionType") == "Gzip"

    @property
    def media_type(self) -> str:
        """Content type of its input."""
        return str(self.transform_input.get("ContentType") or "")

    @property
    def data_source(self) -> dict[str, str]:
        """Where its input is in S3."""
        source: Any = self.transform_input["DataSource"]
        found: dict[str, str] = source["S3DataSource"]
        return found

    @property
    def instance_count(self) -> int:
        """How many instances share its objects."""
        return int(self.transform_resources["InstanceCount"])

    @property
    def processing(self) -> Processing:
        """What of a record is sent, joined and stored."""
        return Processing.parse(
            self.data_processing or {}, self.media_type, by_line=self.by_line
        )

    def enter(self, status: str) -> None:
        """Go into a status."""
        now = utcnow()
        self.last_modified_time = now
        if status in {"Completed", "Failed", "Stopped"}:
            self.transform_end_time = now
        self.transform_job_status = status
        server_state.log.info("transform job %s: %s", self.transform_job_name, status)


def check_supported(job: TransformJob) -> None:
    """Refuse what SageMaker refuses, and what local AWS cannot do.

    Raises
    ------
    ValidationError
        Naming the setting.
    """
    for message in _refusals(job):
        raise ValidationError(message)


def _refusals(job: TransformJob) -> Iterator[str]:
    split = job.transform_input.get("SplitType") or "None"
    if split not in {"None", "Line"}:
        yield f"Local AWS splits input by Line or not at all, got SplitType {split}."
    if split == "None" and job.batch_strategy == "SingleRecord":
        yield "BatchStrategy SingleRecord needs a SplitType; set it to Line."
    kind = job.data_source["S3DataType"]
    if kind not in {"S3Prefix", "ManifestFile"}:
        yield f"Local AWS reads S3Prefix and ManifestFile, got S3DataType {kind}."
    if job.max_payload_in_mb == 0:
        yield "Local AWS sends no chunked requests: set MaxPayloadInMB above 0."
    payload_mb = (job.max_payload_in_mb or DEFAULT_PAYLOAD_MB) * (
        job.max_concurrent_transforms or DEFAULT_CONCURRENT_TRANSFORMS
    )
    if payload_mb > MAX_PAYLOAD_MB:
        yield (
            f"MaxPayloadInMB * MaxConcurrentTransforms must not exceed "
            f"{MAX_PAYLOAD_MB}, got {payload_mb}."
        )
    if job.instance_count > MAX_INSTANCES:
        yield f"InstanceCount must be at most {MAX_INSTANCES}."
    try:
        S3Uri.parse(job.data_source["S3Uri"])
        S3Uri.parse(job.transform_output["S3OutputPath"])
        _ = job.processing
    except (S3Error, JsonPathError) as error:
        yield f"{error}."
