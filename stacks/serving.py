"""The endpoint: disposable, and the only part that costs money while it exists."""

from aws_cdk import CfnOutput, Environment, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_app import naming
from cdk_app.constructs.decision_rule import DecisionRule
from cdk_app.constructs.execution_role import ExecutionRole, put_metrics, write_logs
from cdk_app.constructs.log_retention import log_retention
from cdk_app.constructs.model_container import ModelContainer
from cdk_app.constructs.model_endpoint import ModelEndpoint
from cdk_app.constructs.scikit_learn_image import ScikitLearnImage
from cdk_app.settings import Settings

METRIC_NAMESPACE = "/aws/sagemaker/Endpoints"


class ServingStack(Stack):
    """Role, log group, model, endpoint and the published decision rule."""

    endpoint_name: str

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        env: Environment,
        artifact_bucket: s3.Bucket,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description="Fraud detection: real-time endpoint.",
        )
        self.endpoint_name = naming.endpoint_name(settings.environment)
        image = ScikitLearnImage(self, "Image")
        log_group = logs.LogGroup(
            self,
            "EndpointLogs",
            log_group_name=naming.endpoint_log_group_name(settings.environment),
            retention=log_retention(settings.logs),
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = self._role(settings, image, artifact_bucket)
        container = ModelContainer(
            self, "Artifact", image=image, settings=settings.container
        )
        ModelEndpoint(
            self,
            "Hosting",
            container=container.definition,
            role_arn=role.role_arn,
            hosting=settings.hosting,
            endpoint_name=self.endpoint_name,
            log_group=log_group,
        )
        rule = DecisionRule(self, "PublishedRule")
        self._outputs(role, rule)

    def _role(
        self, settings: Settings, image: ScikitLearnImage, artifact_bucket: s3.Bucket
    ) -> iam.Role:
        # SageMaker writes the endpoint's logs as this role. It may not create the
        # group, so nothing brings it back once the stack has deleted it.
        log_group_name = naming.endpoint_log_group_name(settings.environment)
        return ExecutionRole(
            self,
            "ServingRole",
            description="Fraud detection endpoint: read the artifact, write logs.",
            image=image,
            statements=[
                iam.PolicyStatement(
                    sid="ListArtifacts",
                    actions=["s3:ListBucket"],
                    resources=[artifact_bucket.bucket_arn],
                ),
                iam.PolicyStatement(
                    sid="ReadArtifacts",
                    actions=["s3:GetObject"],
                    resources=[artifact_bucket.arn_for_objects("*/model.tar.gz")],
                ),
                write_logs(log_group_name),
                put_metrics([METRIC_NAMESPACE]),
            ],
            permissions_boundary_arn=settings.iam.permissions_boundary_arn,
        ).role

    def _outputs(self, role: iam.Role, rule: DecisionRule) -> None:
        CfnOutput(
            self,
            naming.ENDPOINT_OUTPUT,
            value=self.endpoint_name,
            description="Name to invoke the endpoint by.",
        )
        CfnOutput(
            self,
            naming.SERVING_ROLE_OUTPUT,
            value=role.role_arn,
            description="Role that the endpoint runs in.",
        )
        CfnOutput(
            self,
            naming.DECISION_RULE_OUTPUT,
            value=rule.parameter.parameter_name,
            description="SSM parameter with the decision rule that callers apply.",
        )
