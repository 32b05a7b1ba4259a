"""What an endpoint configuration is made of: its only variant, and data capture."""

from aws_cdk import aws_sagemaker as sagemaker

from cdk_app import naming
from cdk_app.settings import DataCaptureSettings, InstanceHosting, ServerlessHosting

Config = sagemaker.CfnEndpointConfig
Variant = Config.ProductionVariantProperty


def serverless_variant(model_name: str, hosting: ServerlessHosting) -> Variant:
    """Return the variant of a serverless endpoint."""
    return Variant(
        model_name=model_name,
        variant_name=naming.VARIANT_NAME,
        initial_variant_weight=1,
        serverless_config=Config.ServerlessConfigProperty(
            memory_size_in_mb=hosting.memory_size_mb,
            max_concurrency=hosting.max_concurrency,
            provisioned_concurrency=hosting.provisioned_concurrency,
        ),
    )


def instance_variant(model_name: str, hosting: InstanceHosting) -> Variant:
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


def capture_config(
    settings: DataCaptureSettings, bucket_name: str, key_arn: str | None
) -> Config.DataCaptureConfigProperty:
    """Return what is captured, where to, and under which key."""
    return Config.DataCaptureConfigProperty(
        enable_capture=True,
        initial_sampling_percentage=settings.sampling_percent,
        destination_s3_uri=f"s3://{bucket_name}/{naming.CAPTURE_PREFIX}",
        kms_key_id=key_arn,
        capture_options=[
            Config.CaptureOptionProperty(capture_mode="Input"),
            Config.CaptureOptionProperty(capture_mode="Output"),
        ],
        capture_content_type_header=Config.CaptureContentTypeHeaderProperty(
            json_content_types=list(settings.json_content_types) or None,
            csv_content_types=list(settings.csv_content_types) or None,
        ),
    )
