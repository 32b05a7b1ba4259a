"""Container registries."""

import json

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 256


@handles(
    "AWS::ECR::Repository",
    immutable={"RepositoryName", "EncryptionConfiguration"},
    applies={
        *("RepositoryName", "EncryptionConfiguration", "EmptyOnDelete", "Tags"),
        *("ImageTagMutability", "ImageScanningConfiguration"),
        *("LifecyclePolicy", "RepositoryPolicyText"),
    },
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
        name = current.physical.id
        self._configure(request, name)
        ecr = request.client("ecr")
        if "LifecyclePolicy" in current.properties.keys() - request.properties.keys():
            ecr.delete_lifecycle_policy(repositoryName=name)
        policy = "RepositoryPolicyText"
        if policy in current.properties.keys() - request.properties.keys():
            ecr.delete_repository_policy(repositoryName=name)
        arn = current.physical.attributes["Arn"]
        ecr.tag_resource(resourceArn=arn, tags=request.tag_list())
        if stale := request.stale_tags(current):
            ecr.untag_resource(resourceArn=arn, tagKeys=stale)
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
        ecr.put_image_tag_mutability(
            repositoryName=name,
            imageTagMutability=properties.get("ImageTagMutability", "MUTABLE"),
        )
        scanning = properties.get("ImageScanningConfiguration", {})
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
