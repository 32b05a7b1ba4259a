"""Endpoints, configurations, models, running jobs and scalable targets."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cdk_app.prices.units import DEFAULT_VOLUME_GB, HOURS_PER_MONTH, SECONDS_PER_HOUR
from operations.leftovers.account import Account
from operations.leftovers.resources import Kind, Resource


def _endpoints(account: Account) -> Iterator[Resource]:
    for entry in account.pages("sagemaker", "list_endpoints", "Endpoints"):
        tags = account.tags(entry["EndpointArn"])
        yield Resource("endpoint", entry["EndpointName"], entry["EndpointArn"], tags)


def _measure_endpoint(account: Account, resource: Resource) -> Resource:
    sagemaker = account.client("sagemaker")
    endpoint = sagemaker.describe_endpoint(EndpointName=resource.name)
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
        resource,
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


def _delete_endpoint(account: Account, resource: Resource) -> str:
    sagemaker = account.client("sagemaker")
    sagemaker.delete_endpoint(EndpointName=resource.name)
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=resource.name)
    return "deleted"


def _endpoint_configs(account: Account) -> Iterator[Resource]:
    for entry in account.pages("sagemaker", "list_endpoint_configs", "EndpointConfigs"):
        arn = entry["EndpointConfigArn"]
        tags = account.tags(arn)
        yield Resource("endpoint config", entry["EndpointConfigName"], arn, tags)


def _delete_endpoint_config(account: Account, resource: Resource) -> str:
    account.client("sagemaker").delete_endpoint_config(EndpointConfigName=resource.name)
    return "deleted"


def _models(account: Account) -> Iterator[Resource]:
    for entry in account.pages("sagemaker", "list_models", "Models"):
        tags = account.tags(entry["ModelArn"])
        yield Resource("model", entry["ModelName"], entry["ModelArn"], tags)


def _delete_model(account: Account, resource: Resource) -> str:
    account.client("sagemaker").delete_model(ModelName=resource.name)
    return "deleted"


ENDPOINTS = Kind("endpoint", _endpoints, _delete_endpoint, _measure_endpoint)
ENDPOINT_CONFIGS = Kind("endpoint config", _endpoint_configs, _delete_endpoint_config)
MODELS = Kind("model", _models, _delete_model)


def _training_jobs(account: Account) -> Iterator[Resource]:
    for entry in account.pages(
        "sagemaker",
        "list_training_jobs",
        "TrainingJobSummaries",
        StatusEquals="InProgress",
    ):
        arn = entry["TrainingJobArn"]
        tags = account.tags(arn)
        yield Resource("training job", entry["TrainingJobName"], arn, tags)


def _measure_training_job(account: Account, resource: Resource) -> Resource:
    """Price the job at its maximum run time: it ends by itself."""
    job = account.client("sagemaker").describe_training_job(
        TrainingJobName=resource.name
    )
    resources = job["ResourceConfig"]
    hours = (
        resources.get("InstanceCount", 1)
        * job["StoppingCondition"]["MaxRuntimeInSeconds"]
        / SECONDS_PER_HOUR
    )
    instance_type = resources["InstanceType"]
    return replace(
        resource,
        monthly_usd=account.monthly_usd(f"sagemaker.training.{instance_type}", hours),
        detail=f"running, at most {hours:g} h of {instance_type}",
    )


def _stop_training_job(account: Account, resource: Resource) -> str:
    account.client("sagemaker").stop_training_job(TrainingJobName=resource.name)
    return "stopping"


def _transform_jobs(account: Account) -> Iterator[Resource]:
    for entry in account.pages(
        "sagemaker",
        "list_transform_jobs",
        "TransformJobSummaries",
        StatusEquals="InProgress",
    ):
        arn = entry["TransformJobArn"]
        tags = account.tags(arn)
        # A transform job has no limit of its run time, so its cost is not known.
        yield Resource(
            "transform job",
            entry["TransformJobName"],
            arn,
            tags,
            monthly_usd=None,
            detail="running",
        )


def _stop_transform_job(account: Account, resource: Resource) -> str:
    account.client("sagemaker").stop_transform_job(TransformJobName=resource.name)
    return "stopping"


TRAINING_JOBS = Kind(
    "training job", _training_jobs, _stop_training_job, _measure_training_job
)
TRANSFORM_JOBS = Kind("transform job", _transform_jobs, _stop_transform_job)


NAMESPACE = "sagemaker"


def _scalable_targets(account: Account) -> Iterator[Resource]:
    autoscaling = account.client("application-autoscaling")
    for entry in account.pages(
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets",
        ServiceNamespace=NAMESPACE,
    ):
        arn = entry.get("ScalableTargetARN", "")
        tags = (
            account.tags(arn)
            or autoscaling.list_tags_for_resource(ResourceARN=arn)["Tags"]
            if arn
            else {}
        )
        yield Resource(
            "scalable target",
            entry["ResourceId"],
            arn,
            tags,
            detail=f"{entry['MinCapacity']} to {entry['MaxCapacity']}",
            physical_id="|".join(
                (entry["ResourceId"], entry["ScalableDimension"], NAMESPACE)
            ),
        )


def _deregister(account: Account, resource: Resource) -> str:
    autoscaling = account.client("application-autoscaling")
    targets = autoscaling.describe_scalable_targets(
        ServiceNamespace=NAMESPACE, ResourceIds=[resource.name]
    )["ScalableTargets"]
    for target in targets:
        autoscaling.deregister_scalable_target(
            ServiceNamespace=NAMESPACE,
            ResourceId=resource.name,
            ScalableDimension=target["ScalableDimension"],
        )
    return "deregistered"


SCALABLE_TARGETS = Kind("scalable target", _scalable_targets, _deregister)
