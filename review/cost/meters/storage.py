"""What is stored: objects, logs, images, and the key that encrypts them."""

from review.cost.items import Basis, LineItem
from review.cost.meters.context import Context
from review.cost.templates import Resource
from review.cost.workload import DAYS_PER_MONTH

ENDPOINT_LOGS = "/aws/sagemaker/Endpoints/"
BUILD_LOGS = "/aws/codebuild/"


def bucket(resource: Resource, context: Context) -> list[LineItem]:
    """Price a bucket by the GB that the workload says it holds."""
    return [
        context.line(
            resource.stack,
            f"bucket with {context.workload.stored_gb_per_bucket:g} GB",
            Basis.STANDING,
            "s3.storage",
            context.workload.stored_gb_per_bucket,
        )
    ]


def key(resource: Resource, context: Context) -> list[LineItem]:
    """Price a customer-managed key in its first year, before any rotation."""
    return [context.line(resource.stack, "KMS key", Basis.STANDING, "kms.key", 1)]


def log_group(resource: Resource, context: Context) -> list[LineItem]:
    """Price what is written to a log group and what its retention keeps.

    Compression is not taken off, so stored logs are priced too high rather than
    too low.
    """
    name = str(resource.properties.get("LogGroupName", ""))
    is_endpoint = name.startswith(ENDPOINT_LOGS)
    workload = context.workload
    gb = workload.request_logs_gb if is_endpoint else workload.other_logs_gb
    days = resource.number("RetentionInDays")
    of_what, basis = _writer(name)
    return [
        context.line(
            resource.stack,
            f"logs of {of_what}, written",
            basis,
            "cloudwatch.logs-ingested",
            gb,
        ),
        context.line(
            resource.stack,
            f"logs of {of_what}, kept {days:g} days",
            basis,
            "cloudwatch.logs-stored",
            gb * days / DAYS_PER_MONTH,
        ),
    ]


def _writer(log_group_name: str) -> tuple[str, Basis]:
    if log_group_name.startswith(ENDPOINT_LOGS):
        return "the endpoint", Basis.TRAFFIC
    if log_group_name.startswith(BUILD_LOGS):
        return "image builds", Basis.BUILDS
    return "a function", Basis.STANDING


def repository(resource: Resource, context: Context) -> list[LineItem]:
    """Price an image repository by the GB that the workload says it holds."""
    return [
        context.line(
            resource.stack,
            f"repository with {context.workload.stored_gb_per_bucket:g} GB",
            Basis.STANDING,
            "ecr.storage",
            context.workload.stored_gb_per_bucket,
        )
    ]
