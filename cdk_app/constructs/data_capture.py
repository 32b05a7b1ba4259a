"""A share of the endpoint's requests and answers, kept for monitoring."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker

from cdk_app import naming
from cdk_app.settings import DataCaptureSettings

Config = sagemaker.CfnEndpointConfig


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


def allow_capture(bucket_arn: str) -> iam.PolicyStatement:
    """Allow writing captures, and nothing else, to the bucket."""
    return iam.PolicyStatement(
        sid="CaptureData",
        actions=["s3:PutObject"],
        resources=[f"{bucket_arn}/{naming.CAPTURE_PREFIX}*"],
    )
