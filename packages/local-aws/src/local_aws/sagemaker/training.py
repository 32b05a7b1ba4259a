"""Training jobs that run: container contract on disk, child process, artifact in S3."""

import json
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import ClientError
from moto.core.utils import utcnow
from moto.sagemaker.exceptions import ValidationError

from local_aws import context, s3
from local_aws.containers import images
from local_aws.containers.container import (
    ContainerDirectory,
    LaunchError,
    TrainingLaunch,
)
from local_aws.logs import LogStream
from local_aws.processes import Command, ContainerProcess
from local_aws.sagemaker.training_job import TrainingJob

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
HOST = "algo-1"
FAILURE_REASON_CHARACTERS = 1_024
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html
STOP_GRACE_SECONDS = 120.0
DEFAULT_MAX_RUNTIME_SECONDS = 86_400


class JobFailedError(Exception):
    """A job failed for a reason that its description tells."""


def check_supported(job: TrainingJob) -> None:
    """Refuse what a process on one machine cannot do.

    Raises
    ------
    ValidationError
        Naming the setting, or the channel without objects, as SageMaker does.
    """
    if job.resource_config.get("InstanceCount", 1) != 1:
        raise ValidationError(
            "Local AWS trains on one instance: set InstanceCount to 1."
        )
    client = context.current().clients(job.region).client("s3")
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


@dataclass
class TrainingRun:
    """One job's way from Starting to its end, in a thread of its own."""

    job: TrainingJob
    _stop_requested: threading.Event = field(default_factory=threading.Event)
    _process: ContainerProcess | None = None

    def start(self) -> None:
        """Start; returns at once."""
        threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """Ask the job to stop; returns at once."""
        self.job.enter("Stopping", "Stopping")
        self._stop_requested.set()

    def _run(self) -> None:
        job = self.job
        shared = context.current()
        container = ContainerDirectory.create(shared.directory, job.training_job_name)
        log = LogStream(
            job.account,
            job.region,
            LOG_GROUP,
            f"{job.training_job_name}/{HOST}-{int(time.time())}",
        )
        try:
            status = self._train(container, log)
        except JobFailedError as error:
            status = "Failed"
            job.failure_reason = str(error)[:FAILURE_REASON_CHARACTERS]
        except Exception as error:  # noqa: BLE001  (a job must end)
            status = "Failed"
            job.failure_reason = f"InternalServerError: {type(error).__name__}: {error}"
            context.log.exception("training job %s", job.training_job_name)
        log.close()
        shutil.rmtree(container.root, ignore_errors=True)
        job.finish(status)
        context.log.info("training job %s: %s", job.training_job_name, status)

    def _train(self, container: ContainerDirectory, log: LogStream) -> str:
        job = self.job
        shared = context.current()
        client = shared.clients(job.region).client("s3")
        job.enter("InProgress", "Downloading")
        _write_inputs(container, job, client)
        command = _command(container, job, shared.url)
        job.enter("InProgress", "Training")
        job.training_start_time = utcnow()
        status, exit_code = self._execute(command, log)
        if exit_code and status == "Completed":
            raise JobFailedError(_failure(container, exit_code))
        job.enter("InProgress" if status == "Completed" else "Stopping", "Uploading")
        _write_outputs(container, job, client)
        return status

    def _execute(self, command: Command, log: LogStream) -> tuple[str, int]:
        """Run to the end, a stop request, or the time limit."""
        processes = context.current().processes
        process = processes.start(command, log.write)
        limit = (self.job.stopping_condition or {}).get(
            "MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME_SECONDS
        )
        deadline = time.monotonic() + limit
        try:
            while (code := process.wait(0.05)) is None:
                if self._stop_requested.is_set():
                    return "Stopped", process.stop(STOP_GRACE_SECONDS)
                if time.monotonic() > deadline:
                    return "MaxRuntimeExceeded", process.stop(STOP_GRACE_SECONDS)
        finally:
            processes.ended(process)
        return "Completed", code


def _write_inputs(
    container: ContainerDirectory,
    job: TrainingJob,
    client: Any,  # noqa: ANN401
) -> None:
    """Write what SageMaker puts under /opt/ml/input.

    https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
    """
    instance_type = job.resource_config.get("InstanceType", "")
    channels = job.input_data_config or []
    documents = {
        "hyperparameters": job.hyper_parameters or {},
        "resourceconfig": {
            "current_host": HOST,
            "current_instance_type": instance_type,
            "current_group_name": "homogeneousCluster",
            "hosts": [HOST],
            "instance_groups": [
                {
                    "instance_group_name": "homogeneousCluster",
                    "instance_type": instance_type,
                    "hosts": [HOST],
                }
            ],
            "network_interface_name": "lo",
        },
        "inputdataconfig": {
            channel["ChannelName"]: _channel_document(channel) for channel in channels
        },
    }
    config = container.ml / "input" / "config"
    for name, document in documents.items():
        (config / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
    for channel in channels:
        uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
        directory = container.ml / "input" / "data" / channel["ChannelName"]
        directory.mkdir()
        try:
            s3.download_prefix(client, s3.S3Uri.parse(uri), directory)
        except (ClientError, s3.S3Error) as error:
            raise JobFailedError(
                f"ClientError: Data download failed: {error}"
            ) from error
    # The SDK's drivers have /opt/ml in their code. User code is left as it is.
    container.rewrite_files(container.ml / "input" / "data" / "sm_drivers")


def _channel_document(channel: Mapping[str, Any]) -> dict[str, str]:
    source = channel["DataSource"]["S3DataSource"]
    document = {
        "TrainingInputMode": channel.get("InputMode", "File"),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }
    if "ContentType" in channel:
        document["ContentType"] = channel["ContentType"]
    return document


def _command(container: ContainerDirectory, job: TrainingJob, url: str) -> Command:
    """Return the job's entry point, or else the image's own program."""
    specification = job.algorithm_specification
    environment = container.environment(
        url,
        job.region,
        {
            **_directories(job),
            **(job.environment or {}),
            "TRAINING_JOB_NAME": job.training_job_name,
            "TRAINING_JOB_ARN": job.arn,
        },
    )
    try:
        image = images.find(
            specification.get("TrainingImage", ""),
            job.account,
            context.current().images,
        )
        if entrypoint := specification.get("ContainerEntrypoint"):
            arguments = [*entrypoint, *specification.get("ContainerArguments", [])]
            return Command(
                [container.rewrite(argument) for argument in arguments],
                environment,
                container.root,
            )
        client = context.current().clients(job.region).client("s3")
        return image.train(
            TrainingLaunch(
                container,
                environment,
                job.hyper_parameters or {},
                lambda uri, path: s3.download_archive(
                    client, s3.S3Uri.parse(uri), path
                ),
            )
        )
    except (images.UnsupportedImageError, LaunchError, s3.S3Error) as error:
        raise JobFailedError(f"ClientError: {error}") from error


def _directories(job: TrainingJob) -> dict[str, str]:
    """Return the variables that tell a script where its directories are."""
    channels = [channel["ChannelName"] for channel in job.input_data_config or []]
    return {
        "SM_MODEL_DIR": "/opt/ml/model",
        "SM_INPUT_DIR": "/opt/ml/input",
        "SM_INPUT_CONFIG_DIR": "/opt/ml/input/config",
        "SM_OUTPUT_DIR": "/opt/ml/output",
        "SM_OUTPUT_DATA_DIR": "/opt/ml/output/data",
        "SM_CHANNELS": json.dumps(sorted(channels)),
        **{
            f"SM_CHANNEL_{name.upper()}": f"/opt/ml/input/data/{name}"
            for name in channels
        },
    }


def _failure(container: ContainerDirectory, exit_code: int) -> str:
    """Return the failure reason: from the failure file if the container wrote one."""
    path = container.ml / "output" / "failure"
    text = path.read_text(errors="replace").strip() if path.is_file() else ""
    # A signal's number as a shell tells it: 137 for SIGKILL.
    code = f"exit code: {exit_code if exit_code > 0 else 128 - exit_code}"
    if not text:
        return f"AlgorithmError: {code}"
    prefix = "AlgorithmError: "
    room = FAILURE_REASON_CHARACTERS - len(prefix) - len(code) - 2
    return f"{prefix}{text[:room]}, {code}"


def _write_outputs(
    container: ContainerDirectory,
    job: TrainingJob,
    client: Any,  # noqa: ANN401
) -> None:
    output = s3.S3Uri.parse(job.output_data_config["S3OutputPath"])
    output = output / job.training_job_name / "output"
    data = container.ml / "output" / "data"
    try:
        s3.upload_archive(client, container.ml / "model", output / "model.tar.gz")
        if any(data.iterdir()):
            s3.upload_archive(client, data, output / "output.tar.gz")
    except (ClientError, Boto3Error) as error:
        raise JobFailedError(
            f"ClientError: Artifact upload failed to {output}: {error}"
        ) from error
    job.model_artifacts = {"S3ModelArtifacts": str(output / "model.tar.gz")}
