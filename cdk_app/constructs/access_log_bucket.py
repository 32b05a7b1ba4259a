"""The bucket that S3 writes the other buckets' access logs to."""

from aws_cdk import Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct, IConstruct

from cdk_app.constructs.findings import accept
from cdk_app.settings import StorageSettings

_NO_LOG_OF_LOGS = (
    "This bucket receives the access logs; logging its own writes here would never end."
)
_NOT_REPLICATED = (
    "Access logs expire after days; AWS CloudTrail holds the account's audit trail."
)
_S3_MANAGED_KEY = (
    "S3 delivers access logs only to buckets whose default encryption is SSE-S3."
)


class AccessLogBucket(Construct):
    """Created before and deleted after the buckets whose access it logs.

    S3 delivers logs with delay, also of buckets that are gone. So on destroy this
    bucket is emptied last, and the function that empties it first denies new writes.
    """

    bucket: s3.Bucket

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: StorageSettings
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="Logs",
                    expiration=Duration.days(settings.access_logs_expire_after_days),
                    noncurrent_version_expiration=Duration.days(1),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=(
                RemovalPolicy.RETAIN if settings.retain else RemovalPolicy.DESTROY
            ),
            auto_delete_objects=not settings.retain,
        )
        self._allow_delivery()
        self._accept_findings()

    def log(self, bucket: s3.Bucket, prefix: str) -> None:
        """Send the access logs of a bucket here."""
        resource = bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)  # noqa: S101 -- narrows a jsii type
        resource.logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=self.bucket.bucket_name, log_file_prefix=prefix
        )
        bucket.node.add_dependency(*self._dependencies())

    def _dependencies(self) -> list[IConstruct]:
        """Return what must outlive a logged bucket, which refers to this bucket."""
        children = ("Policy", "AutoDeleteObjectsCustomResource")
        found = (self.bucket.node.try_find_child(child) for child in children)
        return [child for child in found if child]

    def _allow_delivery(self) -> None:
        # By the names that CloudFormation generates for this stack's buckets: their
        # ARNs here and this bucket's name there would be a circle.
        sources = f"arn:{Aws.PARTITION}:s3:::{Stack.of(self).stack_name}-*"
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="DeliverAccessLogs",
                principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
                actions=["s3:PutObject"],
                resources=[self.bucket.arn_for_objects("*")],
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {"aws:SourceArn": sources},
                },
            )
        )

    def _accept_findings(self) -> None:
        accept(self.bucket, "AwsSolutions-S1", _NO_LOG_OF_LOGS)
        for pack in ("NIST.800.53.R5", "PCI.DSS.321"):
            accept(self.bucket, f"{pack}-S3BucketLoggingEnabled", _NO_LOG_OF_LOGS)
            accept(self.bucket, f"{pack}-S3BucketReplicationEnabled", _NOT_REPLICATED)
            accept(self.bucket, f"{pack}-S3DefaultEncryptionKMS", _S3_MANAGED_KEY)
