"""Command: ``fraud launch --env dev [options of training]``."""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3

from artifact import layout
from artifact.errors import ArtifactError
from cdk_app.settings import Settings, SettingsError, load
from operations.account.artifacts import read_artifact
from operations.account.errors import OperationError, explained
from operations.account.serving_repository import newest_image
from operations.account.session import environment_session
from training.command_line import as_hyperparameters, build_parser, to_arguments
from training.errors import OptionError, TrainingError
from training.judging.metrics_text import describe_metrics
from training.launch.follow import follow
from training.launch.job import job_name_prefix, start_job
from training.launch.options import parser
from training.launch.resources import find_resources
from training.launch.result import deploy_command_of, save_documents
from training.launch.spending import JobLimits, job_limits
from training.launch.upload import upload_data


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 after a failure, 2 for a wrong option."""
    options, rest = parser().parse_known_args(argv)
    try:
        settings = load(options.env)
        as_hyperparameters(rest)
        session = environment_session(settings)
        if options.artifact_uri:
            artifact_uri = _checked(options.artifact_uri)
        elif options.last:
            artifact_uri = find_last(session, options.env)
        else:
            limits = job_limits(
                settings,
                session.region_name,
                spot=options.spot,
                max_cost_usd=options.max_cost_usd,
            )
            artifact_uri = launch(session, settings, options.data, rest, limits)
        artifact = read_artifact(session, artifact_uri, documents=True)
        metrics = json.loads(artifact.files[layout.METRICS])
        image_uri = _image(session, settings)
    except (SettingsError, TrainingError, ArtifactError, OperationError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, OptionError) else 1
    # Where no job ran, only the command goes to standard output: it can be evaluated.
    said = sys.stderr if options.last or options.artifact_uri else sys.stdout
    print(f"\nOn the test part of its data:\n{describe_metrics(metrics)}", file=said)
    for path in save_documents(artifact, _documents_dir(artifact_uri)):
        print(f"  {path}", file=said)
    print("\nDeploy it with\n", file=said, flush=True)
    print(deploy_command_of(options.env, artifact, image_uri))
    return 0


def _checked(artifact_uri: str) -> str:
    if not re.fullmatch(r"s3://[^/]+/.+\.tar\.gz", artifact_uri):
        raise OperationError(
            f"--artifact-uri: expected s3://…/model.tar.gz, got {artifact_uri!r}; a "
            "finished job prints it."
        )
    return artifact_uri


def _image(session: boto3.Session, settings: Settings) -> str | None:
    """Return the project's image to serve with, None where AWS's is served with.

    A missing image does not spoil a finished job: it can be pushed later.
    """
    if settings.container.image != "project":
        return None
    try:
        return newest_image(session, settings.environment)
    except OperationError as error:
        print(f"Warning: {error}", file=sys.stderr)
        return None


def _documents_dir(artifact_uri: str) -> Path:
    """Where the report of a job goes: ``out/<job name>/`` in the current directory."""
    return Path("out", artifact_uri.split("/")[-3])


def launch(
    session: boto3.Session,
    settings: Settings,
    data: str,
    options: Sequence[str],
    limits: JobLimits,
) -> str:
    """Upload the data, run a job on it and return the URI of its artifact.

    Raises
    ------
    TrainingError
        If an option or the data is refused, before anything is created.
    OperationError
        If AWS refuses something, or the job fails.
    """
    hyperparameters = as_hyperparameters(options)
    arguments = to_arguments(build_parser().parse_args(options))
    resources = find_resources(session, settings.environment)
    data_uri = upload_data(session, resources.data_bucket, data, arguments.columns)
    print("Starting the job (the SageMaker SDK takes a few seconds)", flush=True)
    job_name = start_job(
        session, settings, resources, data_uri, hyperparameters, limits=limits
    )
    print(
        f"{job_name} on {settings.training.instance_type}"
        f"{' (spot)' if limits.spot else ''}, at most "
        f"{limits.max_runtime_seconds / 60:.0f} minutes",
        flush=True,
    )
    artifact_uri = follow(session, job_name)
    print(f"The artifact is {artifact_uri}")
    return artifact_uri


def find_last(session: boto3.Session, environment: str) -> str:
    """Return the artifact's URI of the environment's newest completed job.

    Raises
    ------
    OperationError
        If there is none.
    """
    prefix = job_name_prefix(environment)
    with explained():
        sagemaker = session.client("sagemaker")
        jobs = sagemaker.list_training_jobs(
            NameContains=prefix,
            StatusEquals="Completed",
            SortBy="CreationTime",
            SortOrder="Descending",
        )["TrainingJobSummaries"]
        ours = [job for job in jobs if job["TrainingJobName"].startswith(prefix)]
        if not ours:
            raise OperationError(
                f"No job of {environment} has completed; start one with: "
                f"fraud launch --env {environment}"
            )
        newest = max(ours, key=lambda job: job["CreationTime"])
        job = sagemaker.describe_training_job(TrainingJobName=newest["TrainingJobName"])
    print(f"The newest completed job is {newest['TrainingJobName']}", file=sys.stderr)
    return job["ModelArtifacts"]["S3ModelArtifacts"]
