"""The endpoint: instances or serverless seconds, volumes, traffic, data capture.

The endpoint configuration states all of it; the model and the endpoint themselves
cost nothing more.
"""

import json
from typing import Any

from cdk_app.naming import CAPTURE_PREFIX
from cdk_app.prices.units import (
    BYTES_PER_GB,
    DEFAULT_VOLUME_GB,
    HOURS_PER_MONTH,
    SECONDS_PER_HOUR,
)
from review.cost.items import Basis, LineItem
from review.cost.meters.context import Context
from review.cost.templates import Resource, TemplateError, as_number
from review.cost.workload import DAYS_PER_MONTH

CAPTURE_OVERHEAD_BYTES = 500
"""Assumed: names, times and encodings around each captured request and response."""

SECONDS_PER_MONTH = HOURS_PER_MONTH * SECONDS_PER_HOUR


def endpoint_config(resource: Resource, context: Context) -> list[LineItem]:
    """Price every variant, the data that passes through, and what is captured."""
    lines = [
        line
        for variant in resource.properties.get("ProductionVariants", [])
        for line in _variant(resource, variant, context)
    ]
    lines.append(
        context.line(
            resource.stack,
            "requests and responses",
            Basis.TRAFFIC,
            "sagemaker.data-processed",
            context.workload.processed_gb,
        )
    )
    capture = resource.properties.get("DataCaptureConfig", {})
    if capture.get("EnableCapture", bool(capture)):
        lines.append(_data_capture(resource, capture, context))
    return lines


def _variant(
    resource: Resource, variant: dict[str, Any], context: Context
) -> list[LineItem]:
    name = str(variant.get("VariantName"))
    limits = _scaling_limits(name, context)
    if "ServerlessConfig" in variant:
        return _serverless(resource, variant["ServerlessConfig"], limits, context)
    where = f"{resource.label}.{name}"
    instance_type = str(variant.get("InstanceType"))
    count = as_number(
        variant.get("InitialInstanceCount"), f"{where}.InitialInstanceCount"
    )
    minimum, maximum = limits or (count, count)
    volume_gb = as_number(
        variant.get("VolumeSizeInGB", DEFAULT_VOLUME_GB), f"{where}.VolumeSizeInGB"
    )
    counts = f"{minimum:g}" if minimum == maximum else f"{minimum:g} to {maximum:g}"
    return [
        context.line(
            resource.stack,
            f"{counts} x {instance_type}, all month",
            Basis.STANDING,
            f"sagemaker.hosting.{instance_type}",
            minimum * HOURS_PER_MONTH,
            maximum_quantity=maximum * HOURS_PER_MONTH,
        ),
        context.line(
            resource.stack,
            f"{counts} x {volume_gb:g} GB instance volume",
            Basis.STANDING,
            "sagemaker.hosting-volume",
            minimum * volume_gb,
            maximum_quantity=maximum * volume_gb,
        ),
    ]


def _serverless(
    resource: Resource,
    config: dict[str, Any],
    limits: tuple[float, float] | None,
    context: Context,
) -> list[LineItem]:
    where = f"{resource.label}.ServerlessConfig"
    memory_mb = int(as_number(config.get("MemorySizeInMB"), f"{where}.MemorySizeInMB"))
    seconds = context.workload.requests_per_month * context.workload.seconds_per_request
    lines = [
        context.line(
            resource.stack,
            f"serverless, {memory_mb} MB, per request second",
            Basis.TRAFFIC,
            f"sagemaker.serverless.{memory_mb}",
            seconds,
        )
    ]
    provisioned = as_number(
        config.get("ProvisionedConcurrency", 0), f"{where}.ProvisionedConcurrency"
    )
    minimum, maximum = limits or (provisioned, provisioned)
    if maximum:
        lines.append(
            context.line(
                resource.stack,
                f"provisioned concurrency of {minimum:g}, {memory_mb} MB",
                Basis.STANDING,
                f"sagemaker.serverless-provisioned.{memory_mb}",
                minimum * SECONDS_PER_MONTH,
                maximum_quantity=maximum * SECONDS_PER_MONTH,
            )
        )
    return lines


def _scaling_limits(variant: str, context: Context) -> tuple[float, float] | None:
    """Return the minimum and maximum capacity of a variant that scales."""
    for resource in context.resources:
        if resource.type != "AWS::ApplicationAutoScaling::ScalableTarget":
            continue
        if f"variant/{variant}" in json.dumps(resource.properties.get("ResourceId")):
            return resource.number("MinCapacity"), resource.number("MaxCapacity")
    return None


def _data_capture(
    resource: Resource, capture: dict[str, Any], context: Context
) -> LineItem:
    workload = context.workload
    percentage = as_number(
        capture.get("InitialSamplingPercentage"),
        f"{resource.label}.DataCaptureConfig.InitialSamplingPercentage",
    )
    bytes_per_request = (
        workload.request_bytes + workload.response_bytes + CAPTURE_OVERHEAD_BYTES
    )
    gb_per_month = (
        workload.requests_per_month * percentage / 100 * bytes_per_request
    ) / BYTES_PER_GB
    days = _captured_days(context)
    return context.line(
        resource.stack,
        f"data capture of {percentage:g} %, kept {days:g} days",
        Basis.TRAFFIC,
        "s3.storage",
        gb_per_month * days / DAYS_PER_MONTH,
    )


def _captured_days(context: Context) -> float:
    """Return after how many days a bucket's lifecycle deletes what is captured."""
    for resource in context.resources:
        lifecycle = resource.properties.get("LifecycleConfiguration", {})
        for rule in lifecycle.get("Rules", []):
            if rule.get("Prefix") == CAPTURE_PREFIX and "ExpirationInDays" in rule:
                where = f"{resource.label}.LifecycleConfiguration"
                return as_number(rule["ExpirationInDays"], where)
    raise TemplateError(
        f"data capture: expected a bucket whose lifecycle deletes '{CAPTURE_PREFIX}' "
        "after some days, got none; without it the cost of storage grows for ever."
    )
