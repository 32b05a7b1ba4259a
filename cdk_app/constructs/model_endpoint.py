"""Model, endpoint configuration and endpoint."""

from aws_cdk import aws_logs as logs
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from cdk_app import naming
from cdk_app.settings import HostingSettings, ServerlessHosting


class ModelEndpoint(Construct):
    """One model behind one endpoint.

    Model and configuration have generated names and are replaced by a new artifact;
    the endpoint keeps its name and is updated in place.
    """

    endpoint: sagemaker.CfnEndpoint

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        container: sagemaker.CfnModel.ContainerDefinitionProperty,
        role_arn: str,
        hosting: HostingSettings,
        endpoint_name: str,
        log_group: logs.LogGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        serverless = isinstance(hosting, ServerlessHosting)
        model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=role_arn,
            primary_container=container,
            # Serverless endpoints do not know network isolation.
            enable_network_isolation=None if serverless else True,
        )
        config = sagemaker.CfnEndpointConfig(
            self,
            "Config",
            production_variants=[_variant(model.attr_model_name, hosting)],
        )
        self.endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=endpoint_name,
            endpoint_config_name=config.attr_endpoint_config_name,
        )
        # SageMaker would create the group itself, without retention or owner.
        self.endpoint.node.add_dependency(log_group)


def _variant(
    model_name: str, hosting: HostingSettings
) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty:
    if isinstance(hosting, ServerlessHosting):
        return sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            model_name=model_name,
            variant_name=naming.VARIANT_NAME,
            initial_variant_weight=1,
            serverless_config=sagemaker.CfnEndpointConfig.ServerlessConfigProperty(
                memory_size_in_mb=hosting.memory_size_mb,
                max_concurrency=hosting.max_concurrency,
            ),
        )
    return sagemaker.CfnEndpointConfig.ProductionVariantProperty(
        model_name=model_name,
        variant_name=naming.VARIANT_NAME,
        initial_variant_weight=1,
        instance_type=hosting.instance_type,
        initial_instance_count=hosting.instance_count,
    )
