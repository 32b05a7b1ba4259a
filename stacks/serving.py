"""The endpoint: disposable, and the only part that costs money while it exists."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from cdk_app import naming
from cdk_app.constructs import permissions
from cdk_app.constructs.container_images import (
    ContainerImage,
    ScikitLearnImage,
    ServingImage,
)
from cdk_app.constructs.decision_rule import DecisionRule
from cdk_app.constructs.endpoint_log_group import endpoint_log_group
from cdk_app.constructs.endpoint_metrics import EndpointMetrics
from cdk_app.constructs.endpoint_scaling import EndpointScaling
from cdk_app.constructs.model_container import ModelContainer
from cdk_app.constructs.model_endpoint import ModelEndpoint
from cdk_app.constructs.roles import ExecutionRole
from cdk_app.constructs.rollback_alarms import RollbackAlarms
from cdk_app.settings import InstanceHosting, Settings
from stacks.storage import StorageStack
from stacks.training import TrainingStack


class ServingStack(Stack):
    """Role, log group, model, endpoint, its alarms and the published decision rule."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        env: Environment,
        storage: StorageStack,
        training: TrainingStack,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description="Fraud detection: real-time endpoint.",
        )
        self.add_stack_dependency(storage)
        self._settings = settings
        self._storage = storage
        image = self._image(training)
        alarms = self._rollback_alarms()
        role = self._role(image, alarms)
        endpoint = self._endpoint(image, role, alarms)
        # SageMaker would create the group itself, without retention or owner.
        endpoint.node.add_dependency(
            endpoint_log_group(
                self, settings=self._settings, key_arn=self._storage.key_arn
            )
        )
        if settings.network:
            # aws_ec2 takes half a second to import, and few environments need it.
            from cdk_app.constructs.private_access import PrivateAccess  # noqa: PLC0415

            PrivateAccess(
                self,
                "Network",
                settings=settings.network,
                endpoint_name=naming.endpoint_name(settings.environment),
                artifact_bucket_arn=storage.artifact_bucket_arn,
                data_bucket_arn=storage.data_bucket_arn,
            )
        self._outputs(role, DecisionRule(self, "PublishedRule"))

    def _image(self, training: TrainingStack) -> ContainerImage:
        if self._settings.container.image == "sklearn":
            return ScikitLearnImage(self, "Image")
        self.add_stack_dependency(training)
        return ServingImage(
            self, "Image", repository_arn=training.serving_repository_arn
        )

    def _rollback_alarms(self) -> list[cloudwatch.Alarm]:
        hosting = self._settings.hosting
        if not isinstance(hosting, InstanceHosting):
            return []  # a serverless endpoint has no deployment guardrails
        return RollbackAlarms(
            self,
            "Rollback",
            metrics=EndpointMetrics(self._settings.environment),
            thresholds=hosting.rollback,
        ).alarms

    def _role(
        self, image: ContainerImage, alarms: Sequence[cloudwatch.Alarm]
    ) -> iam.Role:
        storage, settings = self._storage, self._settings
        log_group_name = naming.endpoint_log_group_name(settings.environment)
        statements = [
            *permissions.pull_image(image),
            iam.PolicyStatement(
                sid="ListArtifacts",
                actions=["s3:ListBucket"],
                resources=[storage.artifact_bucket_arn],
            ),
            iam.PolicyStatement(
                sid="ReadArtifacts",
                actions=["s3:GetObject"],
                resources=[f"{storage.artifact_bucket_arn}/*/model.tar.gz"],
            ),
            # SageMaker writes the endpoint's logs as this role. It may not create the
            # group, so nothing brings it back once the stack has deleted it.
            permissions.write_logs(log_group_name),
            permissions.put_metrics(
                naming.ENDPOINTS_LOG_GROUP_PREFIX, naming.TRANSFORM_JOBS_LOG_GROUP
            ),
            *permissions.use_batch_data(storage.data_bucket_arn),
            permissions.write_logs(
                naming.TRANSFORM_JOBS_LOG_GROUP,
                may_create_group=True,
                sid="WriteBatchLogs",
            ),
        ]
        if alarms:
            statements.append(permissions.read_alarms(alarms))
        if storage.key_arn:
            statements += permissions.use_key(storage.key_arn)
        if settings.data_capture:
            statements.append(permissions.write_captures(storage.data_bucket_arn))
        if settings.network:
            statements += permissions.attach_to_network(settings.network)
        return ExecutionRole(
            self,
            "ServingRole",
            description="Fraud detection model: endpoint and transform jobs.",
            statements=statements,
        ).role

    def _endpoint(
        self,
        image: ContainerImage,
        role: iam.Role,
        alarms: Sequence[cloudwatch.Alarm],
    ) -> sagemaker.CfnEndpoint:
        settings, storage = self._settings, self._storage
        hosting = settings.hosting
        container = ModelContainer(
            self,
            "Artifact",
            image=image,
            settings=settings.container,
            hosting=hosting,
        )
        hosted = ModelEndpoint(
            self,
            "Hosting",
            settings=settings,
            role_arn=role.role_arn,
            container=container.definition,
            data_bucket_name=storage.data_bucket_name,
            key_arn=storage.key_arn,
            rollback_alarms=alarms,
        )
        CfnOutput(
            self,
            naming.MODEL_OUTPUT,
            value=hosted.model_name,
            description="Model that transform jobs run.",
        )
        if isinstance(hosting, InstanceHosting) and hosting.autoscaling:
            EndpointScaling(
                self,
                "Scaling",
                endpoint=hosted.endpoint,
                endpoint_name=naming.endpoint_name(settings.environment),
                settings=hosting.autoscaling,
            )
        return hosted.endpoint

    def _outputs(self, role: iam.Role, rule: DecisionRule) -> None:
        CfnOutput(
            self,
            naming.ENDPOINT_OUTPUT,
            value=naming.endpoint_name(self._settings.environment),
            description="Name to invoke the endpoint by.",
        )
        if self._settings.cost.destroy_serving_at:
            CfnOutput(
                self,
                naming.SERVING_DESTROYED_OUTPUT,
                value=str(self._settings.cost.destroy_serving_at),
                description="When the observability stack's schedule deletes this one.",
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
