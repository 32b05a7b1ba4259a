"""Training jobs that are refused before anything runs."""

from typing import Any

from botocore.exceptions import ClientError
from moto.sagemaker.exceptions import ValidationError

from local_aws import s3, server_state
from local_aws.sagemaker.training_job import DEFAULT_CHECKPOINT_PATH, TrainingJob


def check_supported(job: TrainingJob) -> None:
    """Refuse what AWS refuses, and what processes on one machine cannot do.

    Raises
    ------
    ValidationError
        Naming the setting, or the channel without objects, as SageMaker does.
    """
    if job.resource_config.get("InstanceGroups"):
        raise ValidationError(
            "Local AWS does not support InstanceGroups: set InstanceType and "
            "InstanceCount."
        )
    _check_spot(job)
    _check_checkpoints(job)
    client = server_state.current().clients(job.region).client("s3")
    for channel in job.input_data_config or []:
        source = channel["DataSource"].get("S3DataSource", {})
        if source.get("S3DataType") != "S3Prefix":
            raise ValidationError(
                f"Local AWS reads channels of S3DataType S3Prefix, and channel "
                f"{channel['ChannelName']!r} is not."
            )
        if channel.get("InputMode") == "Pipe":
            raise ValidationError(
                f"Local AWS has no Pipe mode: {channel['ChannelName']!r}."
            )
        _check_objects(client, source["S3Uri"], job)


def _check_spot(job: TrainingJob) -> None:
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    if job.enable_managed_spot_training and (
        (job.max_wait_seconds or 0) < job.max_runtime_seconds
    ):
        raise ValidationError(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or "
            "equal to MaxRuntimeInSeconds."
        )


def _check_checkpoints(job: TrainingJob) -> None:
    path = (job.checkpoint_config or {}).get("LocalPath", DEFAULT_CHECKPOINT_PATH)
    if not path.startswith("/opt/ml/") or ".." in path.split("/"):
        raise ValidationError(
            f"Local AWS keeps checkpoints below /opt/ml: set the LocalPath of "
            f"CheckpointConfig to {DEFAULT_CHECKPOINT_PATH}, got {path}."
        )


def _check_objects(client: Any, uri: str, job: TrainingJob) -> None:  # noqa: ANN401
    try:
        found = any(True for _ in s3.keys(client, s3.S3Uri.parse(uri)))
    except (ClientError, s3.S3Error):
        found = False
    if not found:
        raise ValidationError(
            f'No S3 objects found under S3 URL "{uri}" given in input data source. '
            f"Please ensure that the bucket exists in the selected region "
            f"({job.region}), that objects exist under that S3 prefix, and that the "
            f'role "{job.role_arn}" has "s3:ListBucket" permissions on the bucket.'
        )
