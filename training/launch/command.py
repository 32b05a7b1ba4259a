"""Command: ``fraud launch --env dev [options of training]``."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3

from cdk_app.settings import Settings, SettingsError, load
from operations.account.serving_repository import RepositoryError, newest_image
from operations.account.session import aws_session
from training.command_line import as_hyperparameters, build_parser, to_arguments
from training.errors import TrainingError
from training.judging.metrics_text import describe_metrics
from training.launch.deployment import find_deployment
from training.launch.errors import LaunchError, aws_errors_told
from training.launch.follow import follow
from training.launch.job import PROJECT_DIR, job_name_prefix, start_job
from training.launch.result import deploy_command, read_result, save_documents
from training.launch.spending import JobLimits, job_limits
from training.launch.upload import upload_data

EMBEDDED_DATA = PROJECT_DIR / "data" / "creditcard-sample.csv.gz"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling what is wrong."""
    options, rest = _parser().parse_known_args(argv)
    try:
        settings = load(options.env)
        as_hyperparameters(rest)
        session = _session(settings)
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
        model = read_result(session, artifact_uri)
        image_uri = _image(session, settings)
    except (SettingsError, TrainingError, LaunchError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    # Where no job ran, only the command goes to standard output: it can be evaluated.
    told = sys.stderr if options.last or options.artifact_uri else sys.stdout
    print(
        f"\nOn the test part of its data:\n{describe_metrics(model.metrics)}", file=told
    )
    for path in save_documents(model, _documents_dir(artifact_uri)):
        print(f"  {path}", file=told)
    print("\nDeploy it with\n", file=told, flush=True)
    print(deploy_command(options.env, model, image_uri))
    return 0


def _checked(artifact_uri: str) -> str:
    if not re.fullmatch(r"s3://[^/]+/.+\.tar\.gz", artifact_uri):
        raise LaunchError(
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
        with aws_errors_told():
            return newest_image(session, settings.environment)
    except RepositoryError as error:
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
    LaunchError
        If AWS refuses something, or the job fails.
    """
    hyperparameters = as_hyperparameters(options)
    arguments = to_arguments(build_parser().parse_args(options))
    deployment = find_deployment(session, settings.environment)
    data_uri = upload_data(session, deployment.data_bucket, data, arguments.columns)
    print("Starting the job (the SageMaker SDK takes a few seconds)", flush=True)
    job_name = start_job(
        session, settings, deployment, data_uri, hyperparameters, limits=limits
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
    LaunchError
        If there is none.
    """
    prefix = job_name_prefix(environment)
    with aws_errors_told():
        sagemaker = session.client("sagemaker")
        jobs = sagemaker.list_training_jobs(
            NameContains=prefix,
            StatusEquals="Completed",
            SortBy="CreationTime",
            SortOrder="Descending",
        )["TrainingJobSummaries"]
        ours = [job for job in jobs if job["TrainingJobName"].startswith(prefix)]
        if not ours:
            raise LaunchError(
                f"No job of {environment} has completed; start one with: "
                f"fraud launch --env {environment}"
            )
        newest = max(ours, key=lambda job: job["CreationTime"])
        job = sagemaker.describe_training_job(TrainingJobName=newest["TrainingJobName"])
    print(f"The newest completed job is {newest['TrainingJobName']}", file=sys.stderr)
    return job["ModelArtifacts"]["S3ModelArtifacts"]


def _session(settings: Settings) -> boto3.Session:
    with aws_errors_told():
        session = aws_session(settings.aws.region)
        if session.region_name is None:
            raise LaunchError(
                "No AWS region found; set AWS_REGION, or [aws] region in the "
                "environment's settings file."
            )
        if session.get_credentials() is None:
            raise LaunchError(
                "No AWS credentials found; run 'aws configure' or 'aws sso login', or "
                "set AWS_PROFILE."
            )
    return session


def _parser() -> argparse.ArgumentParser:
    usage_and_options = build_parser(help_too=False).format_help()
    options = usage_and_options.partition("its artifact.\n\n")[2]
    parser = argparse.ArgumentParser(
        prog="fraud launch",
        description="Train in a SageMaker job and print the command that deploys the "
        "model.",
        epilog=f"Options of training, passed to the job:\n\n{options}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--env", default="dev", help="environment (default: dev)")
    parser.add_argument(
        "--data",
        default=str(EMBEDDED_DATA),
        metavar="PATH",
        help="file, directory of parts, or s3:// URI (default: the embedded sample)",
    )
    parser.add_argument(
        "--spot",
        action="store_true",
        help="train on spot capacity: cheaper; waits for it up to an hour, and starts "
        "from scratch when interrupted",
    )
    parser.add_argument(
        "--max-cost-usd",
        type=float,
        metavar="USD",
        help="let SageMaker stop the job before it costs more (instance and volume)",
    )
    without_job = parser.add_mutually_exclusive_group()
    without_job.add_argument(
        "--artifact-uri",
        metavar="URI",
        help="start nothing; print the command for this s3://…/model.tar.gz (it alone "
        "on standard output)",
    )
    without_job.add_argument(
        "--last",
        action="store_true",
        help="start nothing; print the command for the newest completed job (it "
        "alone on standard output)",
    )
    return parser
