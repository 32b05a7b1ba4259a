"""A CDK application of one endpoint: `python endpoint_app.py MODEL_DATA_URL`."""

import sys

from aws_cdk import (
    App,
    CfnOutput,
    LegacyStackSynthesizer,
    Stack,
    aws_iam,
    aws_sagemaker,
)
from local_aws.testing.sagemaker_resources import IMAGE, WSGI

app = App(analytics_reporting=False)
stack = Stack(app, "endpoint-of-a-wheel", synthesizer=LegacyStackSynthesizer())
role = aws_iam.Role(
    stack, "Role", assumed_by=aws_iam.ServicePrincipal("sagemaker.amazonaws.com")
)
model = aws_sagemaker.CfnModel(
    stack,
    "Model",
    execution_role_arn=role.role_arn,
    primary_container=aws_sagemaker.CfnModel.ContainerDefinitionProperty(
        image=IMAGE, model_data_url=sys.argv[1], environment=WSGI
    ),
)
variant = aws_sagemaker.CfnEndpointConfig.ProductionVariantProperty(
    model_name=model.attr_model_name,
    variant_name="AllTraffic",
    initial_instance_count=1,
    instance_type="ml.m6i.large",
    initial_variant_weight=1,
)
config = aws_sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[variant])
endpoint = aws_sagemaker.CfnEndpoint(
    stack, "Endpoint", endpoint_config_name=config.attr_endpoint_config_name
)
CfnOutput(stack, "Name", value=endpoint.attr_endpoint_name)
app.synth()
