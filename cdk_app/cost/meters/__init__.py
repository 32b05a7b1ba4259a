"""One function per CloudFormation resource type that costs money."""

from collections.abc import Callable

from cdk_app.cost.items import LineItem
from cdk_app.cost.meters.context import Context
from cdk_app.cost.meters.endpoint import endpoint_config
from cdk_app.cost.meters.monitoring import (
    alarm,
    dashboard,
    metric_filter,
    scaling_policy,
)
from cdk_app.cost.meters.network import vpc_endpoint
from cdk_app.cost.meters.storage import bucket, key, log_group, repository
from cdk_app.cost.templates import Resource

METERS: dict[str, Callable[[Resource, Context], list[LineItem]]] = {
    "AWS::ApplicationAutoScaling::ScalingPolicy": scaling_policy,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::Dashboard": dashboard,
    "AWS::EC2::VPCEndpoint": vpc_endpoint,
    "AWS::ECR::Repository": repository,
    "AWS::KMS::Key": key,
    "AWS::Logs::LogGroup": log_group,
    "AWS::Logs::MetricFilter": metric_filter,
    "AWS::S3::Bucket": bucket,
    "AWS::SageMaker::EndpointConfig": endpoint_config,
}

__all__ = ["METERS", "Context"]
