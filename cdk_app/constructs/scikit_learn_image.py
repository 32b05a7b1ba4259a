"""AWS's prebuilt scikit-learn image, wherever the template is deployed."""

from aws_cdk import Aws, CfnMapping
from constructs import Construct

from cdk_app import images


class ScikitLearnImage(Construct):
    """A mapping from the region to the registry account of AWS's image."""

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
