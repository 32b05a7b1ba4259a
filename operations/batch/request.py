"""A batch transform job of the deployed model, as CreateTransformJob takes it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from cdk_app.settings.fields import is_nvme, vcpus
from operations.account.s3 import S3Uri
from operations.batch.input import BatchInput
from operations.batch.options import ALL

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import CreateTransformJobRequestTypeDef

#: Payloads of all requests to an instance at a time may not exceed 100 MB:
#: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
PAYLOAD_MB = 6
MOST_CONCURRENT_TRANSFORMS = 100 // PAYLOAD_MB


@dataclass(frozen=True)
class Filters:
    """What of a row the model takes, and what of it is written; SageMaker's JSONPath.

    With `join` the score is appended to its row before the output is filtered.
    """

    join: bool = False
    input_filter: str = ALL
    output_filter: str = ALL

    @property
    def are_needed(self) -> bool:
        """Whether SageMaker has to look into the rows at all."""
        return self.join or {self.input_filter, self.output_filter} != {ALL}


@dataclass(frozen=True)
class Batch:
    """What to score, with which model, where to, and on what."""

    model_name: str
    source: S3Uri
    found: BatchInput
    target: S3Uri
    instance_type: str
    instance_count: int
    filters: Filters
    key_arn: str
    tags: dict[str, str]


def transform_job(batch: Batch, job_name: str) -> "CreateTransformJobRequestTypeDef":
    """Return the request that starts the job."""
    filters = batch.filters
    request: dict[str, Any] = {
        "TransformJobName": job_name,
        "ModelName": batch.model_name,
        "BatchStrategy": "MultiRecord",
        "MaxPayloadInMB": PAYLOAD_MB,
        # One request at a time for each core, as the server has its workers.
        "MaxConcurrentTransforms": min(
            vcpus(batch.instance_type), MOST_CONCURRENT_TRANSFORMS
        ),
        "TransformInput": {
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": str(batch.source)}
            },
            "ContentType": batch.found.media_type,
            "CompressionType": "Gzip" if batch.found.is_compressed else "None",
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": str(batch.target),
            "Accept": batch.found.media_type,
            # The server ends each line itself; joined rows have to be assembled.
            "AssembleWith": "Line" if filters.are_needed else "None",
        },
        "TransformResources": {
            "InstanceType": batch.instance_type,
            "InstanceCount": batch.instance_count,
        },
        "Tags": [{"Key": key, "Value": value} for key, value in batch.tags.items()],
    }
    if filters.are_needed:
        request["DataProcessing"] = {
            "InputFilter": filters.input_filter,
            "OutputFilter": filters.output_filter,
            "JoinSource": "Input" if filters.join else "None",
        }
    if batch.key_arn:
        request["TransformOutput"]["KmsKeyId"] = batch.key_arn
        if not is_nvme(batch.instance_type):
            request["TransformResources"]["VolumeKmsKeyId"] = batch.key_arn
    return cast("CreateTransformJobRequestTypeDef", request)
