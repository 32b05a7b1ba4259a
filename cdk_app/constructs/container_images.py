"""What a container is pulled from: AWS's prebuilt image or the project's own."""

from typing import Protocol

from aws_cdk import Aws, CfnMapping, CfnParameter
from constructs import Construct

from cdk_app import images, naming

IMAGE_URI_PATTERN = (
    r"^[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.[a-z0-9.-]+"  # registry
    r"/([a-z0-9]+([._-]+[a-z0-9]+)*/)*[a-z0-9]+([._-]+[a-z0-9]+)*"  # repository
    r"@sha256:[0-9a-f]{64}$"
)


class ContainerImage(Protocol):
    """An image of ECR, and the repository that a role must read for it."""

    uri: str
    repository_arn: str


class ScikitLearnImage(Construct):
    """AWS's scikit-learn image, with a mapping from the region to its registry."""

    uri: str
    repository_arn: str

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        registries = CfnMapping(
            self,
            "Registries",
            mapping={
                region: {"Account": account}
                for region, account in images.REGISTRY_ACCOUNTS.items()
            },
        )
        registries.override_logical_id("ScikitLearnRegistries")
        account = registries.find_in_map(Aws.REGION, "Account")
        self.uri = (
            f"{account}.dkr.ecr.{Aws.REGION}.{Aws.URL_SUFFIX}"
            f"/{images.REPOSITORY}:{images.TAG}"
        )
        self.repository_arn = (
            f"arn:{Aws.PARTITION}:ecr:{Aws.REGION}:{account}"
            f":repository/{images.REPOSITORY}"
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
        parameter.override_logical_id(naming.SERVING_IMAGE_PARAMETER)
        self.uri = parameter.value_as_string
        self.repository_arn = repository_arn
