"""A bucket that is private, encrypted in motion and at rest, and versioned."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_app.settings import StorageSettings


class PrivateBucket(Construct):
    """An S3 bucket with everything public blocked, over TLS 1.2 or newer only."""

    bucket: s3.Bucket

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: StorageSettings,
        objects_expire_after_days: int | None = None,
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
            lifecycle_rules=_lifecycle_rules(
                settings.noncurrent_versions_expire_after_days,
                objects_expire_after_days,
            ),
            removal_policy=(
                RemovalPolicy.RETAIN if settings.retain else RemovalPolicy.DESTROY
            ),
            auto_delete_objects=not settings.retain,
        )


def _lifecycle_rules(
    noncurrent_versions_expire_after_days: int,
    objects_expire_after_days: int | None,
) -> Sequence[s3.LifecycleRule]:
    rules = [
        s3.LifecycleRule(
            id="NoncurrentVersions",
            noncurrent_version_expiration=Duration.days(
                noncurrent_versions_expire_after_days
            ),
            expired_object_delete_marker=objects_expire_after_days is None or None,
            abort_incomplete_multipart_upload_after=Duration.days(1),
        )
    ]
    if objects_expire_after_days is not None:
        rules.append(
            s3.LifecycleRule(
                id="Objects", expiration=Duration.days(objects_expire_after_days)
            )
        )
    return rules
