"""What a training job leaves: its artifacts in S3, or why it failed."""

import filecmp
from collections.abc import Sequence
from pathlib import Path

from boto3.exceptions import Boto3Error
from botocore.exceptions import ClientError

from local_aws import s3, server_state
from local_aws.sagemaker.training_cluster import Ended
from local_aws.sagemaker.training_host import Host
from local_aws.sagemaker.training_job import JobFailedError, TrainingJob

FAILURE_REASON_CHARACTERS = 1_024


def upload(hosts: Sequence[Host], job: TrainingJob) -> None:
    """Pack what all hosts wrote as model.tar.gz and, if any did, output.tar.gz.

    Raises
    ------
    JobFailedError
        If S3 takes it not.
    """
    output = s3.S3Uri.parse(job.output_data_config["S3OutputPath"])
    output = output / job.training_job_name / "output"
    client = server_state.current().clients(job.region).client("s3")
    model, data = merged(hosts, "model"), merged(hosts, "output/data")
    try:
        s3.upload_archive(client, model, output / "model.tar.gz")
        if any(data.iterdir()):
            s3.upload_archive(client, data, output / "output.tar.gz")
    except (ClientError, Boto3Error) as error:
        raise JobFailedError(
            f"ClientError: Artifact upload failed to {output}: {error}"
        ) from error
    job.model_artifacts = {"S3ModelArtifacts": str(output / "model.tar.gz")}


def merged(hosts: Sequence[Host], name: str) -> Path:
    """Move the other hosts' files below /opt/ml into the first host's directory.

    AWS asks that no names clash, and says not which file wins: here the first host's,
    and the other's log has a line about it.
    """
    first, *others = hosts
    target = first.container.ml / name
    for host in others:
        source = host.container.ml / name
        for path in sorted(source.rglob("*")):
            inner = path.relative_to(source)
            destination = target / inner
            if path.is_dir() and not path.is_symlink():
                if not destination.exists():
                    destination.mkdir()
            elif not destination.exists() and destination.parent.is_dir():
                path.rename(destination)
            elif not (
                destination.is_file() and filecmp.cmp(path, destination, shallow=False)
            ):
                host.log.write(
                    f"local AWS: /opt/ml/{name}/{inner} of {host.name} is left out, "
                    "another host wrote that name too"
                )
    return target


def failure_reason(failures: Sequence[Ended], host_count: int) -> str:
    """Return why a job failed, from the failure file if the container wrote one.

    Of several hosts the one that caused it is named, and who ended after it.
    """
    [cause, *others] = failures
    path = cause.host.container.ml / "output" / "failure"
    text = path.read_text(errors="replace").strip() if path.is_file() else ""
    code = _code(cause)
    if others:
        names = ", ".join(f"{one.host.name} {_code(one)}" for one in others)
        code += f" (after it ended {names})"
    prefix = "AlgorithmError: "
    if host_count > 1:
        prefix += f"host {cause.host.name}: "
    if not text:
        return f"{prefix}{code}"[:FAILURE_REASON_CHARACTERS]
    room = FAILURE_REASON_CHARACTERS - len(prefix) - len(code) - 2
    return f"{prefix}{text[:room]}, {code}"


def _code(ended: Ended) -> str:
    # A signal's number as a shell tells it: 137 for SIGKILL.
    number = ended.exit_code if ended.exit_code > 0 else 128 - ended.exit_code
    return f"exit code: {number}"
