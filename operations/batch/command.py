"""Score files of transactions by a SageMaker batch transform job.

The job runs the model of the serving stack on instances of its own, for as long as
it takes; the endpoint is not touched.
"""

import argparse
import secrets
import sys
import time
from collections.abc import Sequence

import boto3

from artifact.errors import ArtifactError
from cdk_app import naming
from cdk_app.settings import InstanceHosting, Settings, SettingsError, load
from cdk_app.settings.fields import instance_family
from cdk_app.tags import project_tags
from operations.account.artifacts import read_artifact
from operations.account.errors import CallError, explained
from operations.account.session import aws_session
from operations.account.stacks import ARTIFACT_URI_PARAMETER, read_stack
from operations.batch.follow import follow
from operations.batch.input import (
    Location,
    check_first_lines,
    find_input,
    parse_location,
)
from operations.batch.request import ALL, Batch, Filters, transform_job


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    job_name = f"{naming.endpoint_name(options.env)}-batch-"
    job_name += time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(2)
    try:
        settings = load(options.env)
        session = aws_session(settings.aws.region)
        batch = _prepare(session, settings, options)
        _start(session, batch, job_name)
        rows = follow(session, job_name)
    except (CallError, ArtifactError, SettingsError) as error:
        print(f"error: {error}", file=sys.stderr)
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
    print(f"The scores are below {batch.target}, in one <name>.out for each object.")
    return 0


def _prepare(
    session: boto3.Session, settings: Settings, options: argparse.Namespace
) -> Batch:
    """Check all that can be checked before anything is started.

    Raises
    ------
    CallError
        Naming the option or the object, and the remedy.
    """
    instance_type = options.instance_type or _default_instance_type(settings)
    try:
        instance_family(instance_type)
    except ValueError as error:
        raise CallError(f"--instance-type: {error}.") from None
    if options.instance_count < 1:
        raise CallError(
            f"--instance-count: expected at least 1, got {options.instance_count}."
        )
    stack = read_stack(session, options.env)
    storage = read_stack(session, options.env, "storage")
    source = parse_location("--input", options.input)
    target = parse_location("--output", options.output)
    bucket = storage.outputs[naming.DATA_BUCKET_OUTPUT]
    _check_permitted("--input", source, bucket, naming.BATCH_INPUT_PREFIXES)
    _check_permitted("--output", target, bucket, (naming.BATCH_PREFIX,))
    if target.key.startswith(source.key):
        raise CallError(
            f"--output: {target} lies below the input, where the next job would score "
            "the scores; choose another prefix."
        )
    found = find_input(session, source)
    artifact = read_artifact(session, stack.parameters[ARTIFACT_URI_PARAMETER])
    check_first_lines(
        session,
        source.bucket,
        found,
        artifact.manifest,
        is_filtered=options.input_filter != ALL,
    )
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


def _check_permitted(
    option: str, location: Location, bucket: str, prefixes: Sequence[str]
) -> None:
    if location.bucket != bucket or not location.key.startswith(tuple(prefixes)):
        places = " or ".join(f"s3://{bucket}/{prefix}" for prefix in prefixes)
        raise CallError(
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fraud batch",
        description="Score files of transactions by a SageMaker batch transform job "
        "with the model of the serving stack. Each input object becomes an object "
        "<name>.out with one fraud probability a line, in order. Follows the job "
        "until it ends.",
        epilog="CSV has no header and its columns in the model's order; JSON Lines "
        "has one object of feature name to number a line. Filters are SageMaker's, "
        "in JSONPath; for an id in the first column: --input-filter '$[1:]' --join "
        "--output-filter '$[0,-1]'. Exit status: 0 when all objects are scored, 1 "
        "otherwise.",
    )
    parser.add_argument(
        "--input",
        required=True,
        metavar="URI",
        help="object or prefix of .csv, .jsonl or .ndjson objects, or these with .gz, "
        "below datasets/ or batch/ of the environment's data bucket",
    )
    parser.add_argument(
        "--output",
        required=True,
        metavar="URI",
        help="prefix for the scores, below batch/ of the data bucket",
    )
    parser.add_argument("--env", default="dev", help="environment (default: dev)")
    parser.add_argument(
        "--instance-count",
        type=int,
        default=1,
        metavar="N",
        help="instances that share the objects out among them (default: 1)",
    )
    parser.add_argument(
        "--instance-type",
        default="",
        metavar="TYPE",
        help="default: the endpoint's, or, if that is serverless, the training job's",
    )
    parser.add_argument(
        "--join",
        action="store_true",
        help="append the score to each input row, instead of the score alone",
    )
    parser.add_argument(
        "--input-filter",
        default=ALL,
        metavar="PATH",
        help="what of each row the model takes (default: all)",
    )
    parser.add_argument(
        "--output-filter",
        default=ALL,
        metavar="PATH",
        help="what of each joined row is written (default: all)",
    )
    return parser
