"""The buckets and the key: what must not be lost when an endpoint goes."""

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_app import naming
from cdk_app.constructs.access_log_bucket import AccessLogBucket
from cdk_app.constructs.artifact_writers import restrict_writers
from cdk_app.constructs.bucket_emptier import BucketEmptier
from cdk_app.constructs.encryption_key import EncryptionKey
from cdk_app.constructs.log_retention import log_retention
from cdk_app.constructs.private_bucket import PrivateBucket, expire_objects
from cdk_app.settings import Settings


class StorageStack(Stack):
    """Data and artifact buckets; retained and protected where the settings say so.

    What other stacks need is exported here in so many words. An export that CDK adds
    and removes by itself cannot go while a deployed stack still imports it.
    """

    data_bucket_arn: str
    data_bucket_name: str
    artifact_bucket_arn: str
    key_arn: str | None

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
        key = self._key(settings)
        access_logs = AccessLogBucket(self, "AccessLogs", settings=settings.storage)
        capture = settings.data_capture
        data_bucket = PrivateBucket(
            self,
            "Data",
            settings=settings.storage,
            key=key,
            expirations=expire_objects(
                capture.expire_after_days if capture else None,
                prefix=naming.CAPTURE_PREFIX,
            ),
            why_not_replicated=(
                "Training data is a copy of the transaction system's, which has the "
                "backup; versions protect it against overwriting."
            ),
        ).bucket
        artifact_bucket = PrivateBucket(
            self,
            "Artifacts",
            settings=settings.storage,
            key=key,
            expirations=expire_objects(settings.storage.artifacts_expire_after_days),
            why_not_replicated=(
                "An artifact can be trained again from the data; versions protect it "
                "against overwriting."
            ),
        ).bucket
        restrict_writers(artifact_bucket, settings.environment)
        access_logs.log(data_bucket, "data/")
        access_logs.log(artifact_bucket, "artifacts/")
        if settings.history is not None:
            # aws_dynamodb is imported where it is needed only.
            from cdk_app.constructs.history_table import (  # noqa: PLC0415
                HistoryTable,
            )

            HistoryTable(
                self,
                "History",
                settings=settings.history,
                key_arn=key.key_arn if key else None,
                retain=settings.storage.retain,
            )
        if not settings.storage.retain:
            BucketEmptier(self, "BucketEmptier", retention=log_retention(settings.logs))
        self.data_bucket_arn = self.export_value(data_bucket.bucket_arn)
        self.data_bucket_name = self.export_value(data_bucket.bucket_name)
        self.artifact_bucket_arn = self.export_value(artifact_bucket.bucket_arn)
        self.key_arn = self.export_value(key.key_arn) if key else None
        self._outputs(data_bucket, artifact_bucket, key)

    def _key(self, settings: Settings) -> kms.Key | None:
        if not settings.encryption.customer_managed_key:
            return None
        return EncryptionKey(
            self,
            "Encryption",
            description=f"Fraud detection, {settings.environment}: everything at rest.",
            retain=settings.storage.retain,
            log_group_names=[
                naming.endpoint_log_group_name(settings.environment),
                naming.image_build_log_group_name(settings.environment),
            ],
        ).key

    def _outputs(
        self, data_bucket: s3.Bucket, artifact_bucket: s3.Bucket, key: kms.Key | None
    ) -> None:
        CfnOutput(
            self,
            naming.DATA_BUCKET_OUTPUT,
            value=data_bucket.bucket_name,
            description="Bucket for training data.",
        )
        CfnOutput(
            self,
            naming.ARTIFACT_BUCKET_OUTPUT,
            value=artifact_bucket.bucket_name,
            description="Bucket for model artifacts and training code.",
        )
        if key:
            CfnOutput(
                self,
                naming.ENCRYPTION_KEY_OUTPUT,
                value=key.key_arn,
                description="KMS key of buckets, volumes and logs.",
            )
