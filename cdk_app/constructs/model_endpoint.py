"""Model, endpoint configuration and endpoint."""

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from cdk_app import naming
from cdk_app.constructs.endpoint_config import (
    Config,
    capture_config,
    instance_variant,
    serverless_variant,
)
from cdk_app.settings import (
    BlueGreenSettings,
    InstanceHosting,
    NetworkSettings,
    ServerlessHosting,
    Settings,
)

Endpoint = sagemaker.CfnEndpoint


class ModelEndpoint(Construct):
    """One model behind one endpoint.

    Model and configuration have generated names and are replaced by a new artifact;
    the endpoint keeps its name and is updated in place.
    """

    endpoint: Endpoint
    model_name: str

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        role_arn: str,
        container: sagemaker.CfnModel.ContainerDefinitionProperty,
        data_bucket_name: str,
        key_arn: str | None,
        rollback_alarms: Sequence[cloudwatch.Alarm],
    ) -> None:
        super().__init__(scope, construct_id)
        hosting = settings.hosting
        model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=role_arn,
            primary_container=container,
            enable_network_isolation=(
                hosting.network_isolation
                if isinstance(hosting, InstanceHosting)
                else None
            ),
            vpc_config=_vpc_config(settings.network),
        )
        self.model_name = model.attr_model_name
        config = Config(
            self,
            "Config",
            production_variants=[
                serverless_variant(model.attr_model_name, hosting)
                if isinstance(hosting, ServerlessHosting)
                else instance_variant(model.attr_model_name, hosting)
            ],
            kms_key_id=(key_arn if isinstance(hosting, InstanceHosting) else None),
            data_capture_config=(
                capture_config(settings.data_capture, data_bucket_name, key_arn)
                if settings.data_capture
                else None
            ),
        )
        self.endpoint = Endpoint(
            self,
            "Endpoint",
            endpoint_name=naming.endpoint_name(settings.environment),
            endpoint_config_name=config.attr_endpoint_config_name,
        )
        if isinstance(hosting, InstanceHosting):
            self.endpoint.deployment_config = _deployment_config(
                hosting.deployment, rollback_alarms
            )
            if hosting.autoscaling:
                # A deployment keeps the count that autoscaling has arrived at. Without
                # the exclusion it would also keep the old capture settings.
                self.endpoint.retain_all_variant_properties = True
                self.endpoint.exclude_retained_variant_properties = [
                    Endpoint.VariantPropertyProperty(
                        variant_property_type="DataCaptureConfig"
                    )
                ]


def _vpc_config(
    network: NetworkSettings | None,
) -> sagemaker.CfnModel.VpcConfigProperty | None:
    if network is None:
        return None
    return sagemaker.CfnModel.VpcConfigProperty(
        subnets=list(network.subnet_ids),
        security_group_ids=list(network.security_group_ids),
    )


def _deployment_config(
    settings: BlueGreenSettings, alarms: Sequence[cloudwatch.Alarm]
) -> Endpoint.DeploymentConfigProperty:
    canary = (
        None
        if settings.canary_percent is None
        else Endpoint.CapacitySizeProperty(
            type="CAPACITY_PERCENT", value=settings.canary_percent
        )
    )
    return Endpoint.DeploymentConfigProperty(
        blue_green_update_policy=Endpoint.BlueGreenUpdatePolicyProperty(
            traffic_routing_configuration=Endpoint.TrafficRoutingConfigProperty(
                type="CANARY" if canary else "ALL_AT_ONCE",
                canary_size=canary,
                wait_interval_in_seconds=settings.bake_seconds,
            ),
            termination_wait_in_seconds=settings.termination_wait_seconds,
            maximum_execution_timeout_in_seconds=settings.maximum_seconds,
        ),
        auto_rollback_configuration=Endpoint.AutoRollbackConfigProperty(
            alarms=[
                Endpoint.AlarmProperty(alarm_name=alarm.alarm_name) for alarm in alarms
            ]
        ),
    )
