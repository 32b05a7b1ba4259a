"""What a training job needs, and what a model is served with.

The execution role of jobs, and the repository of the project's serving image. A job
itself is no resource.
"""

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_app import naming
from cdk_app.constructs import permissions
from cdk_app.constructs.container_images import ScikitLearnImage
from cdk_app.constructs.roles import ExecutionRole
from cdk_app.constructs.serving_image_build import ServingImageBuild
from cdk_app.constructs.serving_repository import ServingImageRepository
from cdk_app.settings import Settings
from stacks.storage import StorageStack


class TrainingStack(Stack):
    """The role that training jobs run in, and the serving image's repository."""

    role: iam.Role
    serving_repository_arn: str

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        env: Environment,
        storage: StorageStack,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description="Fraud detection: execution role of training jobs.",
        )
        self.add_stack_dependency(storage)
        image = ScikitLearnImage(self, "Image")
        self.role = ExecutionRole(
            self,
            "TrainingRole",
            description="Fraud detection training jobs: read data, write artifacts.",
            statements=[
                *permissions.pull_image(image),
                *_use_buckets(storage, settings.environment),
                *(permissions.use_key(storage.key_arn) if storage.key_arn else ()),
                permissions.write_logs(
                    naming.TRAINING_JOBS_LOG_GROUP, may_create_group=True
                ),
                permissions.put_metrics(naming.TRAINING_JOBS_LOG_GROUP),
            ],
        ).role
        CfnOutput(
            self,
            naming.TRAINING_ROLE_OUTPUT,
            value=self.role.role_arn,
            description="Role that training jobs run in.",
        )
        self._add_serving_image(settings, storage)

    def _add_serving_image(self, settings: Settings, storage: StorageStack) -> None:
        """Add the repository, whichever image the environment serves with.

        An export that went with `[container] image` could not go while the serving
        stack still imports it, so that no environment got back to AWS's image.
        """
        repository = ServingImageRepository(
            self,
            "ServingImage",
            key_arn=storage.key_arn,
            retain=settings.storage.retain,
        ).repository
        if settings.container.image == "project":
            ServingImageBuild(
                self,
                "ServingImageBuild",
                settings=settings,
                repository=repository,
                artifact_bucket_arn=storage.artifact_bucket_arn,
                key_arn=storage.key_arn,
            )
        self.serving_repository_arn = self.export_value(repository.repository_arn)
        CfnOutput(
            self,
            naming.SERVING_REPOSITORY_OUTPUT,
            value=repository.repository_uri,
            description="Repository that 'fraud image' has the serving image in.",
        )


def _use_buckets(storage: StorageStack, environment: str) -> list[iam.PolicyStatement]:
    data, artifacts = storage.data_bucket_arn, storage.artifact_bucket_arn
    return [
        iam.PolicyStatement(
            sid="ListBuckets",
            actions=["s3:ListBucket"],
            resources=[data, artifacts],
        ),
        iam.PolicyStatement(
            sid="ReadDataAndCode",
            actions=["s3:GetObject"],
            resources=[
                f"{data}/{naming.DATASETS_PREFIX}*",
                f"{artifacts}/{naming.CODE_PREFIX}*",
            ],
        ),
        iam.PolicyStatement(
            sid="ReadCheckpoints",
            actions=["s3:GetObject"],
            resources=[f"{artifacts}/{naming.checkpoints_prefix(environment)}*"],
        ),
        iam.PolicyStatement(
            sid="WriteArtifacts",
            actions=["s3:AbortMultipartUpload", "s3:PutObject"],
            resources=[f"{artifacts}/{naming.job_name_prefix(environment)}*"],
        ),
    ]
