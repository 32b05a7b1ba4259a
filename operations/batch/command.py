"""Score files of transactions by a SageMaker batch transform job.

The job runs the model of the serving stack on instances of its own, for as long as
it takes; the endpoint is not touched.
"""

import argparse
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import boto3

from artifact.errors import ArtifactError
from artifact.printable import printable
from cdk_app import naming
from cdk_app.settings import InstanceHosting, Settings, SettingsError, load
from cdk_app.settings.instance_types import checked_type
from cdk_app.tags import project_tags
from operations.account.artifacts import read_artifact
from operations.account.errors import OperationError, explained
from operations.account.s3 import S3Uri
from operations.account.session import environment_session
from operations.account.stacks import read_stack
from operations.batch.conversion import upload_file
from operations.batch.follow import follow
from operations.batch.input import check_first_lines, find_input
from operations.batch.options import ALL, parser
from operations.batch.request import Batch, Filters, transform_job


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    job_name = f"{naming.endpoint_name(options.env)}-batch-"
    job_name += time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(2)
    try:
        _check_options(options)
        settings = load(options.env)
        session = environment_session(settings)
        batch = _prepare(session, settings, options, job_name)
        _start(session, batch, job_name)
        rows = follow(session, job_name)
    except (OperationError, ArtifactError, SettingsError) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\nThe job may go on; stop it with: aws sagemaker stop-transform-job "
            f"--transform-job-name {job_name}",
            file=sys.stderr,
        )
        return 130
    # CloudWatch Logs may lag behind the job.
    print(f"\n{rows:,} rows scored so far as the log tells.")
    print(f"The scores are below {batch.target}, in one <name>.out for each object:")
    print(f"  aws s3 cp --recursive {batch.target} scores/")
    return 0


def _prepare(
    session: boto3.Session,
    settings: Settings,
    options: argparse.Namespace,
    job_name: str,
) -> Batch:
    """Check all that can be checked before anything is started.

    Raises
    ------
    OperationError
        Naming the option or the object, and the remedy.
    """
    instance_type = options.instance_type or _default_instance_type(settings)
    stack = read_stack(session, options.env)
    storage = read_stack(session, options.env, "storage")
    bucket = storage.outputs[naming.DATA_BUCKET_OUTPUT]
    scores = f"s3://{bucket}/{naming.BATCH_PREFIX}scores/{job_name}/"
    target = S3Uri.parse(options.output or scores, option="--output")
    _check_permitted("--output", target, bucket, (naming.BATCH_PREFIX,))
    uri = stack.parameters[naming.ARTIFACT_URI_PARAMETER]
    if _is_file(options.input):
        manifest = read_artifact(session, uri).manifest
        source = upload_file(session, bucket, options.input, manifest)
        found = find_input(session, source)
    else:
        source = S3Uri.parse(options.input, option="--input")
        _check_permitted("--input", source, bucket, naming.BATCH_INPUT_PREFIXES)
        _check_apart(source, target)
        found = find_input(session, source)
        manifest = read_artifact(session, uri).manifest
        is_filtered = options.input_filter != ALL
        check_first_lines(session, bucket, found, manifest, is_filtered=is_filtered)
    if options.instance_count > len(found.keys):
        print(
            f"One instance scores one object at a time: {len(found.keys)} will do; "
            "split the objects to use more."
        )
    return Batch(
        model_name=stack.outputs[naming.MODEL_OUTPUT],
        source=source,
        found=found,
        target=target,
        instance_type=instance_type,
        instance_count=min(options.instance_count, len(found.keys)),
        filters=Filters(options.join, options.input_filter, options.output_filter),
        key_arn=storage.outputs.get(naming.ENCRYPTION_KEY_OUTPUT, ""),
        tags=project_tags(settings),
    )


def _check_options(options: argparse.Namespace) -> None:
    try:
        if options.instance_type:
            checked_type(options.instance_type)
    except ValueError as error:
        raise OperationError(f"--instance-type: {error}.") from None
    if options.instance_count < 1:
        raise OperationError(
            f"--instance-count: expected at least 1, got {options.instance_count}."
        )
    if not _is_file(options.input):
        if not options.output:
            raise OperationError(
                "--output: expected a prefix for the scores of objects in S3, got "
                "none; name one below batch/ of the data bucket."
            )
    elif options.input_filter != ALL:
        raise OperationError(
            "--input-filter: expected objects in S3, got a file, which is written with "
            "the model's columns alone; leave the filter out."
        )


def _is_file(place: str) -> bool:
    return "://" not in place and Path(place).exists()


def _check_apart(source: S3Uri, target: S3Uri) -> None:
    if target.key.startswith(source.key):
        raise OperationError(
            f"--output: {target} lies below the input, where the next job would score "
            "the scores; choose another prefix."
        )


def _check_permitted(
    option: str, location: S3Uri, bucket: str, prefixes: Sequence[str]
) -> None:
    if location.bucket != bucket or not location.key.startswith(tuple(prefixes)):
        places = " or ".join(f"s3://{bucket}/{prefix}" for prefix in prefixes)
        raise OperationError(
            f"{option}: expected a place below {places}, which the model's role may "
            f"use, got {location}."
        )


def _default_instance_type(settings: Settings) -> str:
    if isinstance(settings.hosting, InstanceHosting):
        return settings.hosting.instance_type
    return settings.training.instance_type


def _start(session: boto3.Session, batch: Batch, job_name: str) -> None:
    objects = len(batch.found.keys)
    print(
        f"{objects} object{'s' * (objects > 1)}, "
        f"{batch.found.size_bytes / 1e6:,.1f} MB, on {batch.instance_count} x "
        f"{batch.instance_type}"
    )
    with explained():
        session.client("sagemaker").create_transform_job(
            **transform_job(batch, job_name)
        )
    print(f"Started {job_name}", flush=True)
