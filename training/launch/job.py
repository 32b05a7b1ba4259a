"""Start the training job with the SageMaker SDK's `ModelTrainer`."""

import json
import logging
import os
import shutil
import tarfile
import tempfile
import uuid
import warnings
from collections.abc import Mapping
from pathlib import Path

import boto3

from cdk_app.images import SCIKIT_LEARN_VERSION
from cdk_app.naming import CODE_PREFIX, checkpoints_prefix, job_name_prefix
from cdk_app.settings import Settings
from cdk_app.tags import project_tags
from operations.account.errors import OperationError, explained
from training.container import OPTIONS_FILE
from training.launch.resources import JobResources
from training.launch.spending import JobLimits
from training.launch.wheels import MODELS, fetch_wheels
from training.report.render import CHART_LIBRARY, chart_library
from training.wheels import FOLDER

PROJECT_DIR = Path(__file__).resolve().parents[2]
#: What the training container needs of the project.
CODE = ("training", "artifact", "serving")
ENTRY_SCRIPT = "training/train.py"
CHANNEL = "training"
IMAGE = "sklearn"

# The SDK reports every call to its makers unless told not to. A configuration
# given here also keeps it from looking for others on this machine.
_SDK_CONFIGURATION = {
    "SchemaVersion": "1.0",
    "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
}


def start_job(
    session: boto3.Session,
    settings: Settings,
    resources: JobResources,
    data_uri: str,
    options: Mapping[str, str],
    *,
    limits: JobLimits,
) -> str:
    """Stage the code, create the job and return its name.

    Raises
    ------
    OperationError
        If AWS refuses the job.
    """
    # The training stack made the role for this job; SageMaker checks it anyway.
    os.environ["SAGEMAKER_VALIDATE_ROLE"] = "false"
    # Hundreds of packages, several seconds: loaded only when a job is started.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sagemaker.core import image_uris  # noqa: PLC0415
        from sagemaker.core.helper.session_helper import Session  # noqa: PLC0415
        from sagemaker.core.shapes import (  # noqa: PLC0415
            CheckpointConfig,
            OutputDataConfig,
            S3DataSource,
            StoppingCondition,
            Tag,
        )
        from sagemaker.train import ModelTrainer  # noqa: PLC0415
        from sagemaker.train.configs import (  # noqa: PLC0415
            Compute,
            InputData,
            Networking,
            SourceCode,
        )
    logging.getLogger("sagemaker").setLevel(logging.ERROR)
    training = settings.training
    key = resources.encryption_key_arn
    with explained(), tempfile.TemporaryDirectory(prefix="fraud-code-") as temporary:
        code = Path(temporary) / "code"
        stage_code(code, options)
        if options.get("model") in MODELS or limits.instances > 1:
            print("Fetching the packages that the job brings along", flush=True)
            fetch_wheels(code / FOLDER)
        # One object: the SDK uploads a folder file by file, some two hundred.
        with tarfile.open(code.with_suffix(".tar.gz"), "w:gz", compresslevel=1) as tar:
            tar.add(code, arcname="")
        trainer = ModelTrainer(
            sagemaker_session=Session(
                boto_session=session,
                default_bucket=resources.artifact_bucket,
                sagemaker_config=_SDK_CONFIGURATION,
            ),
            role=resources.training_role_arn,
            base_job_name=job_name_prefix(settings.environment).rstrip("-"),
            # The bucket's policy lets nobody but jobs write elsewhere.
            input_s3_key_prefix=CODE_PREFIX.rstrip("/"),
            training_image=image_uris.retrieve(
                IMAGE,
                session.region_name,
                version=SCIKIT_LEARN_VERSION,
                instance_type=training.instance_type,
            ),
            source_code=SourceCode(
                source_dir=str(code.with_suffix(".tar.gz")), entry_script=ENTRY_SCRIPT
            ),
            compute=Compute(
                instance_type=training.instance_type,
                instance_count=limits.instances,
                volume_size_in_gb=training.volume_size_gb,
                # An instance's own disks are encrypted by the hardware, not by a key.
                volume_kms_key_id=None if training.has_local_disks else key,
                enable_managed_spot_training=limits.spot,
            ),
            stopping_condition=StoppingCondition(
                max_runtime_in_seconds=limits.max_runtime_seconds,
                max_wait_time_in_seconds=limits.max_wait_seconds,
            ),
            # Code and data come through channels: the job needs no network.
            networking=Networking(
                enable_network_isolation=True,
                enable_inter_container_traffic_encryption=(
                    training.encrypt_inter_container_traffic
                ),
            ),
            # One instance starts from scratch: it is short and has no state.
            checkpoint_config=CheckpointConfig(
                s3_uri=f"s3://{resources.artifact_bucket}/"
                f"{checkpoints_prefix(settings.environment)}{uuid.uuid4().hex}/"
            )
            if limits.spot and limits.instances > 1
            else None,
            output_data_config=OutputDataConfig(
                s3_output_path=f"s3://{resources.artifact_bucket}",
                **({"kms_key_id": key} if key else {}),
            ),
            # The report names it.
            environment={"FRAUD_ENVIRONMENT": settings.environment},
            tags=[Tag(key=k, value=v) for k, v in project_tags(settings).items()],
        )
        trainer.train(
            [
                InputData(
                    channel_name=CHANNEL,
                    data_source=S3DataSource(
                        s3_uri=data_uri,
                        s3_data_type="S3Prefix",
                        s3_data_distribution_type="ShardedByS3Key",
                    )
                    if limits.instances > 1
                    else data_uri,
                )
            ],
            wait=False,
            logs=False,
        )
    job = trainer._latest_training_job  # noqa: SLF001 - the SDK has no public name
    if job is None:
        raise OperationError("The SageMaker SDK started no job; see its log above.")
    return str(job.training_job_name)


def stage_code(directory: Path, options: Mapping[str, str]) -> None:
    """Copy what runs in the container, and what was chosen for it, to be uploaded."""
    directory.mkdir(exist_ok=True)
    (directory / OPTIONS_FILE).write_text(json.dumps(options), encoding="utf-8")
    for package in CODE:
        shutil.copytree(
            PROJECT_DIR / package,
            directory / package,
            ignore=shutil.ignore_patterns("__pycache__", "launch", "Dockerfile"),
        )
    library = chart_library(PROJECT_DIR)
    if library is not None:
        (directory / CHART_LIBRARY).parent.mkdir(parents=True)
        shutil.copyfile(library, directory / CHART_LIBRARY)
