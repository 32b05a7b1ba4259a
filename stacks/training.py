"""What a training job needs: its execution role. The job itself is no resource."""

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_app import naming
from cdk_app.constructs.execution_role import ExecutionRole, put_metrics, write_logs
from cdk_app.constructs.scikit_learn_image import ScikitLearnImage
from cdk_app.settings import Settings

LOG_GROUP_NAME = "/aws/sagemaker/TrainingJobs"  # shared by the account and region
METRIC_NAMESPACE = "/aws/sagemaker/TrainingJobs"


class TrainingStack(Stack):
    """The role that training jobs run in."""

    role: iam.Role

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        env: Environment,
        data_bucket: s3.Bucket,
        artifact_bucket: s3.Bucket,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description="Fraud detection: execution role of training jobs.",
        )
        self.role = ExecutionRole(
            self,
            "TrainingRole",
            description="Fraud detection training jobs: read data, write artifacts.",
            image=ScikitLearnImage(self, "Image"),
            statements=[
                iam.PolicyStatement(
                    sid="ListBuckets",
                    actions=["s3:ListBucket"],
                    resources=[data_bucket.bucket_arn, artifact_bucket.bucket_arn],
                ),
                iam.PolicyStatement(
                    sid="ReadDataAndCode",
                    actions=["s3:GetObject"],
                    resources=[
                        data_bucket.arn_for_objects("datasets/*"),
                        artifact_bucket.arn_for_objects("*"),
                    ],
                ),
                iam.PolicyStatement(
                    sid="WriteArtifacts",
                    actions=["s3:AbortMultipartUpload", "s3:PutObject"],
                    resources=[artifact_bucket.arn_for_objects("*")],
                ),
                write_logs(LOG_GROUP_NAME, may_create_group=True),
                put_metrics([METRIC_NAMESPACE]),
            ],
            permissions_boundary_arn=settings.iam.permissions_boundary_arn,
        ).role
        CfnOutput(
            self,
            naming.TRAINING_ROLE_OUTPUT,
            value=self.role.role_arn,
            description="Role that training jobs run in.",
        )
