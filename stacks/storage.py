"""The buckets: what must not be lost when an endpoint goes."""

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_app import naming
from cdk_app.constructs.bucket_emptier import BucketEmptier
from cdk_app.constructs.log_retention import log_retention
from cdk_app.constructs.private_bucket import PrivateBucket
from cdk_app.settings import Settings


class StorageStack(Stack):
    """Data and artifact buckets; retained and protected where the settings say so."""

    data_bucket: s3.Bucket
    artifact_bucket: s3.Bucket

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        env: Environment,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description="Fraud detection: training data and model artifacts.",
            termination_protection=settings.storage.retain,
        )
        storage = settings.storage
        self.data_bucket = PrivateBucket(self, "Data", settings=storage).bucket
        self.artifact_bucket = PrivateBucket(
            self,
            "Artifacts",
            settings=storage,
            objects_expire_after_days=storage.artifacts_expire_after_days,
        ).bucket
        if not storage.retain:
            BucketEmptier(self, "BucketEmptier", retention=log_retention(settings.logs))
        CfnOutput(
            self,
            naming.DATA_BUCKET_OUTPUT,
            value=self.data_bucket.bucket_name,
            description="Bucket for training data.",
        )
        CfnOutput(
            self,
            naming.ARTIFACT_BUCKET_OUTPUT,
            value=self.artifact_bucket.bucket_name,
            description="Bucket for model artifacts and training code.",
        )
