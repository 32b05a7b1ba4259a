"""A bucket that is private, encrypted in motion and at rest, and versioned."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk_app.constructs.findings import accept
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
        key: kms.Key | None,
        expirations: Sequence[s3.LifecycleRule] = (),
        why_not_replicated: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            encryption=(
                s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED
            ),
            encryption_key=key,
            bucket_key_enabled=True if key else None,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="NoncurrentVersions",
                    noncurrent_version_expiration=Duration.days(
                        settings.noncurrent_versions_expire_after_days
                    ),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                ),
                *expirations,
            ],
            removal_policy=(
                RemovalPolicy.RETAIN if settings.retain else RemovalPolicy.DESTROY
            ),
            auto_delete_objects=not settings.retain,
        )
        for pack in ("NIST.800.53.R5", "PCI.DSS.321"):
            accept(
                self.bucket, f"{pack}-S3BucketReplicationEnabled", why_not_replicated
            )


def expire_objects(
    after_days: int | None, *, prefix: str | None = None
) -> Sequence[s3.LifecycleRule]:
    """Return the rule that expires objects, or none if they are kept."""
    if after_days is None:
        return ()
    return (
        s3.LifecycleRule(
            id=f"Expire{(prefix or 'objects').strip('/').title()}",
            expiration=Duration.days(after_days),
            prefix=prefix,
        ),
    )
