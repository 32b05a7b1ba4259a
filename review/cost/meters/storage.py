"""What is stored: objects, logs, images, and the key that encrypts them."""

from review.cost.items import Basis, LineItem
from review.cost.meters.context import Context
from review.cost.templates import Resource
from review.cost.workload import DAYS_PER_MONTH

ENDPOINT_LOGS = "/aws/sagemaker/Endpoints/"


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
    is_endpoint = str(resource.properties.get("LogGroupName", "")).startswith(
        ENDPOINT_LOGS
    )
    workload = context.workload
    gb = workload.request_logs_gb if is_endpoint else workload.other_logs_gb
    basis = Basis.TRAFFIC if is_endpoint else Basis.STANDING
    days = resource.number("RetentionInDays")
    of_what = "the endpoint" if is_endpoint else "a function"
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
