"""One function per CloudFormation resource type that costs money."""

from collections.abc import Callable

from review.cost.items import LineItem
from review.cost.meters.builds import build_project
from review.cost.meters.context import Context
from review.cost.meters.endpoint import endpoint_config
from review.cost.meters.history import history_table, secret
from review.cost.meters.monitoring import (
    alarm,
    dashboard,
    metric_filter,
    scaling_policy,
)
from review.cost.meters.network import vpc_endpoint
from review.cost.meters.storage import bucket, key, log_group, repository
from review.cost.templates import Resource

METERS: dict[str, Callable[[Resource, Context], list[LineItem]]] = {
    "AWS::ApplicationAutoScaling::ScalingPolicy": scaling_policy,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::Dashboard": dashboard,
    "AWS::CodeBuild::Project": build_project,
    "AWS::EC2::VPCEndpoint": vpc_endpoint,
    "AWS::DynamoDB::Table": history_table,
    "AWS::ECR::Repository": repository,
    "AWS::KMS::Key": key,
    "AWS::Logs::LogGroup": log_group,
    "AWS::Logs::MetricFilter": metric_filter,
    "AWS::S3::Bucket": bucket,
    "AWS::SageMaker::EndpointConfig": endpoint_config,
    "AWS::SecretsManager::Secret": secret,
}

__all__ = ["METERS", "Context"]
