"""The endpoint's only production variant."""

from aws_cdk import aws_sagemaker as sagemaker

from cdk_app import naming
from cdk_app.settings import InstanceHosting, ServerlessHosting

Variant = sagemaker.CfnEndpointConfig.ProductionVariantProperty
ServerlessConfig = sagemaker.CfnEndpointConfig.ServerlessConfigProperty


def serverless_variant(model_name: str, hosting: ServerlessHosting) -> Variant:
    """Return the variant of a serverless endpoint."""
    return Variant(
        model_name=model_name,
        variant_name=naming.VARIANT_NAME,
        initial_variant_weight=1,
        serverless_config=ServerlessConfig(
            memory_size_in_mb=hosting.memory_size_mb,
            max_concurrency=hosting.max_concurrency,
            provisioned_concurrency=hosting.provisioned_concurrency,
        ),
    )


def variant(model_name: str, hosting: InstanceHosting) -> Variant:
    """Return the variant of an endpoint on instances."""
    return Variant(
        model_name=model_name,
        variant_name=naming.VARIANT_NAME,
        initial_variant_weight=1,
        instance_type=hosting.instance_type,
        initial_instance_count=hosting.instance_count,
        volume_size_in_gb=hosting.volume_size_gb,
        container_startup_health_check_timeout_in_seconds=(
            hosting.startup_timeout_seconds
        ),
        model_data_download_timeout_in_seconds=hosting.model_download_timeout_seconds,
    )
