"""The project's serving image: the repository that keeps it, and its parameter."""

from aws_cdk import CfnParameter, RemovalPolicy
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from constructs import Construct

UNTAGGED_IMAGES_KEPT = 5
IMAGE_URI_PATTERN = (
    r"^[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.[a-z0-9.-]+"  # registry
    r"/([a-z0-9]+([._-]+[a-z0-9]+)*/)*[a-z0-9]+([._-]+[a-z0-9]+)*"  # repository
    r"@sha256:[0-9a-f]{64}$"
)


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
                )
            ],
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
            empty_on_delete=not retain,
        )


class ServingImage(Construct):
    """The stack's parameter for an image, by its digest, of one repository."""

    uri: str
    repository_arn: str

    def __init__(
        self, scope: Construct, construct_id: str, *, repository_arn: str
    ) -> None:
        super().__init__(scope, construct_id)
        parameter = CfnParameter(
            self,
            "Uri",
            description="The project's serving image, as 'make image' printed it.",
            allowed_pattern=IMAGE_URI_PATTERN,
            constraint_description=(
                "ServingImageUri must be an image of ECR by its digest, like "
                "<ServingImageRepositoryUri of the training stack>@sha256:..."
            ),
            max_length=512,
        )
        parameter.override_logical_id("ServingImageUri")
        self.uri = parameter.value_as_string
        self.repository_arn = repository_arn
