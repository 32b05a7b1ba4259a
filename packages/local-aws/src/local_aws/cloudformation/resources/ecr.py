"""Container registries."""

import json

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 256


@handles(
    "AWS::ECR::Repository", immutable={"RepositoryName", "EncryptionConfiguration"}
)
class RepositoryHandler:
    """AWS::ECR::Repository."""

    def create(self, request: Request) -> Physical:
        """Create the repository."""
        name = request.name("RepositoryName", NAME_CHARACTERS).lower()
        settings = {}
        if mutability := request.properties.get("ImageTagMutability"):
            settings["imageTagMutability"] = mutability
        if encryption := request.properties.get("EncryptionConfiguration"):
            settings["encryptionConfiguration"] = {
                key[0].lower() + key[1:]: value for key, value in encryption.items()
            }
        repository = request.client("ecr").create_repository(
            repositoryName=name, tags=request.tag_list(), **settings
        )["repository"]
        self._configure(request, name)
        return Physical(
            name,
            {
                "Arn": repository["repositoryArn"],
                "RepositoryUri": repository["repositoryUri"],
            },
        )

    def update(self, request: Request, current: Resource) -> Physical:
        """Change the repository's settings and policies."""
        self._configure(request, current.physical.id)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the repository, with its images if it says so."""
        empty = str(current.properties.get("EmptyOnDelete", False)).lower() == "true"
        try:
            request.client("ecr").delete_repository(
                repositoryName=current.physical.id, force=empty
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "RepositoryNotFoundException":
                raise

    def _configure(self, request: Request, name: str) -> None:
        ecr = request.client("ecr")
        properties = request.properties
        if mutability := properties.get("ImageTagMutability"):
            ecr.put_image_tag_mutability(
                repositoryName=name, imageTagMutability=mutability
            )
        if scanning := properties.get("ImageScanningConfiguration"):
            scans = str(scanning.get("ScanOnPush", False)).lower() == "true"
            ecr.put_image_scanning_configuration(
                repositoryName=name, imageScanningConfiguration={"scanOnPush": scans}
            )
        lifecycle = properties.get("LifecyclePolicy", {}).get("LifecyclePolicyText")
        if lifecycle:
            ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=lifecycle)
        if policy := properties.get("RepositoryPolicyText"):
            ecr.set_repository_policy(
                repositoryName=name, policyText=json.dumps(policy)
            )
