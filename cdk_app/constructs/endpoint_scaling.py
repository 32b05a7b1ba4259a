"""Autoscaling of the endpoint's only variant."""

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from cdk_app import naming
from cdk_app.settings import AutoscalingSettings


class EndpointScaling(Construct):
    """Target tracking on the invocations of each instance.

    Registered after the endpoint and deregistered before it, because a registered
    variant can be neither removed nor deleted.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: sagemaker.CfnEndpoint,
        endpoint_name: str,
        settings: AutoscalingSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        target = scaling.CfnScalableTarget(
            self,
            "Target",
            service_namespace="sagemaker",
            resource_id=f"endpoint/{endpoint_name}/variant/{naming.VARIANT_NAME}",
            scalable_dimension="sagemaker:variant:DesiredInstanceCount",
            min_capacity=settings.minimum_instances,
            max_capacity=settings.maximum_instances,
        )
        target.add_resource_dependency(endpoint)
        metric = scaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty(
            predefined_metric_type="SageMakerVariantInvocationsPerInstance"
        )
        tracking = (
            scaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
                predefined_metric_specification=metric,
                target_value=settings.invocations_per_instance_per_minute,
                scale_out_cooldown=settings.scale_out_cooldown_seconds,
                scale_in_cooldown=settings.scale_in_cooldown_seconds,
            )
        )
        scaling.CfnScalingPolicy(
            self,
            "Policy",
            policy_name="InvocationsPerInstance",
            policy_type="TargetTrackingScaling",
            scaling_target_id=target.ref,
            target_tracking_scaling_policy_configuration=tracking,
        )
