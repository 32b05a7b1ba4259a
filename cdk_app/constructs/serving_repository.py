"""The repository that keeps the project's serving image."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from constructs import Construct

UNTAGGED_IMAGES_KEPT = 5
#: Pushed last. An endpoint that scales out pulls its image again: one that served it
#: so many pushes ago would find none.
IMAGES_KEPT = 30


class ServingImageRepository(Construct):
    """A private ECR repository whose tags stay what they are."""

    repository: ecr.Repository

    def __init__(
        self, scope: Construct, construct_id: str, *, key_arn: str | None, retain: bool
    ) -> None:
        super().__init__(scope, construct_id)
        self.repository = ecr.Repository(
            self,
            "Repository",
            image_scan_on_push=True,
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            encryption=(
                ecr.RepositoryEncryption.KMS
                if key_arn
                else ecr.RepositoryEncryption.AES_256
            ),
            encryption_key=(
                kms.Key.from_key_arn(self, "Key", key_arn) if key_arn else None
            ),
            lifecycle_rules=[
                ecr.LifecycleRule(
                    description="Few untagged images.",
                    tag_status=ecr.TagStatus.UNTAGGED,
                    max_image_count=UNTAGGED_IMAGES_KEPT,
                ),
                ecr.LifecycleRule(
                    description="The images pushed last.",
                    tag_status=ecr.TagStatus.ANY,
                    max_image_count=IMAGES_KEPT,
                ),
            ],
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
            empty_on_delete=not retain,
        )
