"""One host of a training job: its name, address, files and program."""

import ipaddress
import itertools
import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local_aws import s3, server_state
from local_aws.containers import images
from local_aws.containers.container import (
    ContainerDirectory,
    LaunchError,
    TrainingLaunch,
)
from local_aws.logs import LogStream
from local_aws.processes import Command
from local_aws.sagemaker.training_job import JobFailedError, TrainingJob

NETWORK_INTERFACE = "lo"
#: Linux answers on all of 127.0.0.0/8; other systems on 127.0.0.1 alone.
FIRST_ADDRESS = ipaddress.IPv4Address("127.64.0.1")
_numbers = itertools.count()


@dataclass(frozen=True)
class Host:
    """One instance of a job.

    Attributes
    ----------
    rank
        Its number among the hosts, from 0: it is called `algo-<rank + 1>`.
    address
        Loopback address that is its own, where the system has more than one.
    """

    rank: int
    address: str
    container: ContainerDirectory
    log: LogStream

    @property
    def name(self) -> str:
        """Name that the other hosts know it by."""
        return f"algo-{self.rank + 1}"


def free_address() -> str:
    """Return a loopback address that no other host has, or else 127.0.0.1."""
    address = str(FIRST_ADDRESS + next(_numbers))
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return "127.0.0.1"
    return address


def write_inputs(host: Host, hosts: Sequence[Host], job: TrainingJob) -> None:
    """Write what SageMaker puts under /opt/ml/input.

    https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html

    Raises
    ------
    JobFailedError
        If a channel cannot be downloaded.
    """
    channels = job.input_data_config or []
    documents = {
        "hyperparameters": job.hyper_parameters or {},
        "resourceconfig": _resources(host, hosts, job),
        "inputdataconfig": {
            channel["ChannelName"]: _channel_document(channel) for channel in channels
        },
    }
    ml = host.container.ml
    for name, document in documents.items():
        path = ml / "input" / "config" / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
    client = server_state.current().clients(job.region).client("s3")
    for channel in channels:
        directory = ml / "input" / "data" / channel["ChannelName"]
        directory.mkdir()
        uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
        sharded = _distribution(channel) == "ShardedByS3Key"
        share = slice(host.rank, None, len(hosts)) if sharded else slice(None)
        try:
            s3.download_prefix(client, s3.S3Uri.parse(uri), directory, share)
        except (ClientError, s3.S3Error) as error:
            raise JobFailedError(
                f"ClientError: Data download failed: {error}"
            ) from error
    # The SDK's drivers have /opt/ml in their code. User code is left as it is.
    host.container.rewrite_files(ml / "input" / "data" / "sm_drivers")


def _resources(host: Host, hosts: Sequence[Host], job: TrainingJob) -> dict[str, Any]:
    instance_type = job.resource_config.get("InstanceType", "")
    names = [one.name for one in hosts]
    return {
        "current_host": host.name,
        "current_instance_type": instance_type,
        "current_group_name": "homogeneousCluster",
        "hosts": names,
        "instance_groups": [
            {
                "instance_group_name": "homogeneousCluster",
                "instance_type": instance_type,
                "hosts": names,
            }
        ],
        "network_interface_name": NETWORK_INTERFACE,
    }


def _distribution(channel: Mapping[str, Any]) -> str:
    source = channel["DataSource"]["S3DataSource"]
    return str(source.get("S3DataDistributionType", "FullyReplicated"))


def _channel_document(channel: Mapping[str, Any]) -> dict[str, str]:
    document = {
        "TrainingInputMode": channel.get("InputMode", "File"),
        "S3DistributionType": _distribution(channel),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }
    if "ContentType" in channel:
        document["ContentType"] = channel["ContentType"]
    return document


def command(host: Host, hosts: Sequence[Host], job: TrainingJob) -> Command:
    """Return the job's entry point, or else the image's own program.

    Raises
    ------
    JobFailedError
        If the image is not known or not in its repository, or says not what to run.
    """
    specification = job.algorithm_specification
    shared = server_state.current()
    clients = shared.clients(job.region)
    container = host.container
    environment = container.environment(
        shared.url,
        job.region,
        {
            **_directories(job),
            **_cluster(host, hosts),
            **(job.environment or {}),
            "TRAINING_JOB_NAME": job.training_job_name,
            "TRAINING_JOB_ARN": job.arn,
        },
    )
    uri = specification.get("TrainingImage", "")
    try:
        image = images.find(uri, job.account, shared.images)
        images.check_pushed(uri, clients.client("ecr"))
        if entrypoint := specification.get("ContainerEntrypoint"):
            arguments = [*entrypoint, *specification.get("ContainerArguments", [])]
            return Command(
                [container.rewrite(argument) for argument in arguments],
                environment,
                container.root,
            )
        return image.train(
            TrainingLaunch(
                container,
                environment,
                job.hyper_parameters or {},
                lambda uri, path: s3.download_archive(
                    clients.client("s3"), s3.S3Uri.parse(uri), path
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


def _cluster(host: Host, hosts: Sequence[Host]) -> dict[str, str]:
    """Return the variables that tell a script about the hosts, and their addresses.

    The toolkit sets SM_HOSTS, SM_CURRENT_HOST and SM_NETWORK_INTERFACE_NAME, the SDK's
    drivers the count and the rank too. In LOCAL_AWS_HOSTS are the addresses that the
    names stand for, which AWS has in its DNS.
    """
    return {
        "SM_HOSTS": json.dumps([one.name for one in hosts]),
        "SM_CURRENT_HOST": host.name,
        "SM_HOST_COUNT": str(len(hosts)),
        "SM_CURRENT_HOST_RANK": str(host.rank),
        "SM_NETWORK_INTERFACE_NAME": NETWORK_INTERFACE,
        "LOCAL_AWS_HOSTS": json.dumps({one.name: one.address for one in hosts}),
    }
