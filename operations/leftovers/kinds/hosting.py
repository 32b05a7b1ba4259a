"""Endpoints, endpoint configurations and models of SageMaker."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cdk_app.prices.units import DEFAULT_VOLUME_GB, HOURS_PER_MONTH, SECONDS_PER_HOUR
from operations.leftovers.account import Account
from operations.leftovers.found import Found
from operations.leftovers.kinds.kind import Kind
from operations.leftovers.scope import as_mapping


def sagemaker_tags(account: Account, arn: str) -> dict[str, str]:
    """Return the tags of a SageMaker resource."""
    return as_mapping(account.pages("sagemaker", "list_tags", "Tags", ResourceArn=arn))


def _endpoints(account: Account) -> Iterator[Found]:
    for entry in account.pages("sagemaker", "list_endpoints", "Endpoints"):
        tags = sagemaker_tags(account, entry["EndpointArn"])
        yield Found("endpoint", entry["EndpointName"], entry["EndpointArn"], tags)


def _measure_endpoint(account: Account, found: Found) -> Found:
    sagemaker = account.client("sagemaker")
    endpoint = sagemaker.describe_endpoint(EndpointName=found.name)
    config = sagemaker.describe_endpoint_config(
        EndpointConfigName=endpoint["EndpointConfigName"]
    )
    counts = {
        variant["VariantName"]: variant.get("CurrentInstanceCount")
        for variant in endpoint.get("ProductionVariants", [])
    }
    details, usd = [], 0.0
    unknown = False
    for variant in config["ProductionVariants"]:
        detail, cost = _variant(account, variant, counts.get(variant["VariantName"]))
        details.append(detail)
        unknown = unknown or cost is None
        usd += cost or 0
    return replace(
        found,
        monthly_usd=None if unknown else usd,
        detail=f"{endpoint['EndpointStatus']}, {', '.join(details)}",
    )


def _variant(
    account: Account, variant: dict[str, Any], current_count: int | None
) -> tuple[str, float | None]:
    if "ServerlessConfig" in variant:
        config = variant["ServerlessConfig"]
        memory_mb = config["MemorySizeInMB"]
        provisioned_hours = config.get("ProvisionedConcurrency", 0) * HOURS_PER_MONTH
        usd = account.monthly_usd(
            f"sagemaker.serverless-provisioned.{memory_mb}",
            provisioned_hours * SECONDS_PER_HOUR,
        )
        return f"serverless {memory_mb} MB", usd
    instance_type = variant["InstanceType"]
    count = current_count or variant["InitialInstanceCount"]
    instances = account.monthly_usd(
        f"sagemaker.hosting.{instance_type}", count * HOURS_PER_MONTH
    )
    volumes = account.monthly_usd(
        "sagemaker.hosting-volume",
        count * variant.get("VolumeSizeInGB", DEFAULT_VOLUME_GB),
    )
    what = f"{count} x {instance_type}"
    if instances is None or volumes is None:
        return what, None
    return what, instances + volumes


def _delete_endpoint(account: Account, found: Found) -> str:
    sagemaker = account.client("sagemaker")
    sagemaker.delete_endpoint(EndpointName=found.name)
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=found.name)
    return "deleted"


def _endpoint_configs(account: Account) -> Iterator[Found]:
    for entry in account.pages("sagemaker", "list_endpoint_configs", "EndpointConfigs"):
        arn = entry["EndpointConfigArn"]
        tags = sagemaker_tags(account, arn)
        yield Found("endpoint config", entry["EndpointConfigName"], arn, tags)


def _delete_endpoint_config(account: Account, found: Found) -> str:
    account.client("sagemaker").delete_endpoint_config(EndpointConfigName=found.name)
    return "deleted"


def _models(account: Account) -> Iterator[Found]:
    for entry in account.pages("sagemaker", "list_models", "Models"):
        tags = sagemaker_tags(account, entry["ModelArn"])
        yield Found("model", entry["ModelName"], entry["ModelArn"], tags)


def _delete_model(account: Account, found: Found) -> str:
    account.client("sagemaker").delete_model(ModelName=found.name)
    return "deleted"


ENDPOINTS = Kind("endpoint", _endpoints, _delete_endpoint, _measure_endpoint)
ENDPOINT_CONFIGS = Kind("endpoint config", _endpoint_configs, _delete_endpoint_config)
MODELS = Kind("model", _models, _delete_model)
