"""Command: ``fraud launch --env dev [options of training]``."""

import argparse
import json
import re
import sys
from collections.abc import Sequence

import boto3

from artifact import layout
from artifact.archive import Documents
from artifact.errors import ArtifactError
from artifact.printable import printable
from cdk_app.naming import job_name_prefix
from cdk_app.settings import Settings, SettingsError, load
from operations.account.artifacts import read_artifact
from operations.account.errors import OperationError
from operations.account.serving_repository import newest_image
from operations.account.session import environment_session
from operations.account.stacks import deploy_command
from operations.rule.published import published_rule, rule_to_deploy
from training.command_line import build_parser, chosen_options, to_arguments
from training.container import FIGURES_LINE
from training.distributed.refusing import refuse
from training.errors import OptionError, TrainingError
from training.launch.comparison import describe_comparison
from training.launch.follow import JobGoesOnError, follow, goes_on, unknown_job
from training.launch.job import start_job
from training.launch.launched_jobs import check_exists, find_last
from training.launch.options import parser
from training.launch.resources import find_resources
from training.launch.result import (
    deploy_command_of,
    documents_dir,
    save_documents,
    score_command_of,
)
from training.launch.shards import check_shards
from training.launch.spending import JobLimits, job_limits, of_type
from training.launch.upload import upload_data
from training.report.summary import describe_outcome, in_lines


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 after a failure, 2 for a wrong option."""
    options, rest = parser().parse_known_args(argv)
    # Where no job ran, only the command goes to standard output: it can be evaluated.
    said = sys.stderr if options.last or options.artifact_uri else sys.stdout
    try:
        chosen_options(rest)
        settings = load(options.env)
        session = environment_session(settings)
        artifact_uri = _artifact_uri(session, settings, options, rest)
        artifact = read_artifact(session, artifact_uri, documents=True)
        check_histories(settings, artifact)
        metrics = json.loads(artifact.files[layout.METRICS])
        rule, about_rule = rule_to_deploy(
            published_rule(session, options.env),
            artifact,
            replace_rule=options.replace_rule,
        )
        image_uri = _image(session, settings)
        compared = describe_comparison(session, options.env, artifact_uri, artifact)
    except (SettingsError, TrainingError, ArtifactError, OperationError) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return 2 if isinstance(error, OptionError) else 1
    except JobGoesOnError as error:
        print(f"\n{error}", file=sys.stderr)
        return 130
    print(f"\n{FIGURES_LINE}\n{printable(describe_outcome(metrics))}", file=said)
    print(f"\n{printable(compared.text)}\n", file=said)
    saved = save_documents(artifact, documents_dir(artifact_uri, artifact))
    for path in saved:
        print(f"  {path}", file=said)
    if about_rule:
        print(f"\n{in_lines(about_rule)}", file=said)
    for path in saved:
        if path.name == layout.EXAMPLE:
            print(f"\n{score_command_of(options.env, path)}", file=said)
    if compared.worse:
        # Again where nobody overlooks it: the next line replaces the better model.
        print(f"\n{in_lines(f'Caution: {printable(compared.worse)}')}", file=said)
    print(f"\n{_about_command(is_shown=sys.stdout.isatty())}\n", file=said, flush=True)
    print(deploy_command_of(options.env, artifact_uri, artifact, rule, image_uri))
    return 0


def _about_command(*, is_shown: bool) -> str:
    """Say what the last lines are; `is_shown` unless a shell or a file takes them."""
    if is_shown:
        return "Deploy it, and verify what is live, with"
    return "Next, the command that deploys it and verifies what is live"


def _artifact_uri(
    session: boto3.Session,
    settings: Settings,
    options: argparse.Namespace,
    rest: Sequence[str],
) -> str:
    """Return the artifact of a new job, or of what the options name instead."""
    if options.artifact_uri:
        return _checked(options.artifact_uri)
    if options.last:
        return find_last(session, options.env)
    if options.follow:
        check_exists(session, options.follow)
        return follow_job(session, settings, options.follow)
    limits = job_limits(
        settings,
        session.region_name,
        spot=options.spot,
        max_cost_usd=options.max_cost_usd,
        instances=options.instances,
    )
    return launch(session, settings, options.data, rest, limits)


def add_history(environment: str) -> str:
    """Say how an environment gets a table of histories."""
    return (
        f"add the two lines '[history]' and 'point_in_time_recovery = false' to "
        f"cdk_app/environments/{environment}.toml (docs/history.md) and run: "
        f"{deploy_command(environment, 'storage')}"
    )


def check_histories(settings: Settings, artifact: Documents) -> None:
    """Refuse a model with histories where the environment has no table of them.

    Raises
    ------
    OperationError
        Naming the section that is absent.
    """
    if artifact.manifest.history is not None and settings.history is None:
        raise OperationError(
            f"The model looks at histories, and {settings.environment} has no table of "
            f"them; {add_history(settings.environment)}."
        )


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
    chosen = chosen_options(options)
    arguments = to_arguments(build_parser().parse_args(options))
    if limits.instances > 1:
        refuse(arguments)
    if arguments.about_histories:
        raise OperationError(f"{arguments.about_histories}.")
    if arguments.has_histories and settings.history is None:
        raise OperationError(
            f"{settings.environment}: expected [history] in its settings for a model "
            f"with --entities, found none; {add_history(settings.environment)}, or "
            "leave --entities out."
        )
    if limits.instances > 1:
        check_shards(session, data, limits.instances)
    resources = find_resources(session, settings.environment)
    data_uri = upload_data(
        session, resources.data_bucket, data, arguments.columns, arguments.split
    )
    print("Starting the job (the SageMaker SDK takes a few seconds)", flush=True)
    try:
        job_name = start_job(
            session, settings, resources, data_uri, chosen, limits=limits
        )
    except KeyboardInterrupt:
        raise JobGoesOnError(unknown_job(settings.environment)) from None
    print(
        f"{job_name} on {of_type(limits.instances, settings.training.instance_type)}"
        f"{' (spot)' if limits.spot else ''}, at most "
        f"{limits.max_runtime_seconds / 60:.0f} minutes",
        flush=True,
    )
    return follow_job(session, settings, job_name)


def follow_job(session: boto3.Session, settings: Settings, job_name: str) -> str:
    """Follow a job of the environment until it ends; return its artifact's URI.

    Raises
    ------
    OperationError
        If it is no job of the environment, AWS refuses something, or the job fails.
    JobGoesOnError
        If the person who follows it stops with Ctrl-C: the job does not.
    """
    prefix = job_name_prefix(settings.environment)
    if not job_name.startswith(prefix):
        raise OperationError(
            f"--follow: expected a job of {settings.environment}, named {prefix}…, "
            f"got {job_name!r}."
        )
    try:
        artifact_uri = follow(session, job_name)
    except KeyboardInterrupt:
        raise JobGoesOnError(goes_on(session, settings, job_name)) from None
    print(f"The artifact is {artifact_uri}")
    return artifact_uri
