"""Keys and aliases."""

import json

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles, pick
from local_aws.cloudformation.stack import Physical, Resource

DEFAULT_DELETION_DAYS = 30


@handles(
    "AWS::KMS::Key",
    immutable={"KeySpec", "KeyUsage", "MultiRegion", "Origin"},
    applies={
        *("KeyPolicy", "Description", "KeySpec", "KeyUsage", "MultiRegion"),
        *("EnableKeyRotation", "PendingWindowInDays", "Tags"),
    },
)
class KeyHandler:
    """AWS::KMS::Key."""

    def create(self, request: Request) -> Physical:
        """Create the key."""
        properties = request.properties
        key = request.call(
            "kms",
            "create_key",
            Policy=json.dumps(properties["KeyPolicy"]),
            Tags=_tags(request),
            **pick(properties, "Description", "KeySpec", "KeyUsage", "MultiRegion"),
        )["KeyMetadata"]
        physical = Physical(key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]})
        self._configure(request, physical.id)
        return physical

    def update(self, request: Request, current: Resource) -> Physical:
        """Change policy, description, rotation and whether it is enabled."""
        kms = request.client("kms")
        key_id = current.physical.id
        kms.put_key_policy(
            KeyId=key_id,
            PolicyName="default",
            Policy=json.dumps(request.properties["KeyPolicy"]),
        )
        kms.update_key_description(
            KeyId=key_id, Description=request.properties.get("Description", "")
        )
        kms.tag_resource(KeyId=key_id, Tags=_tags(request))
        if stale := request.stale_tags(current):
            kms.untag_resource(KeyId=key_id, TagKeys=stale)
        self._configure(request, key_id)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Schedule the key's deletion, as CloudFormation does."""
        days = int(current.properties.get("PendingWindowInDays", DEFAULT_DELETION_DAYS))
        request.client("kms").schedule_key_deletion(
            KeyId=current.physical.id, PendingWindowInDays=days
        )

    def _configure(self, request: Request, key_id: str) -> None:
        kms = request.client("kms")
        rotates = str(request.properties.get("EnableKeyRotation", False)).lower()
        if rotates == "true":
            kms.enable_key_rotation(KeyId=key_id)
        else:
            kms.disable_key_rotation(KeyId=key_id)


def _tags(request: Request) -> list[dict[str, str]]:
    return [
        {"TagKey": key, "TagValue": value} for key, value in request.tag_map().items()
    ]


@handles("AWS::KMS::Alias", immutable={"AliasName"})
class AliasHandler:
    """AWS::KMS::Alias."""

    def create(self, request: Request) -> Physical:
        """Create the alias."""
        name = request.properties["AliasName"]
        request.client("kms").create_alias(
            AliasName=name, TargetKeyId=request.properties["TargetKeyId"]
        )
        return Physical(name)

    def update(self, request: Request, current: Resource) -> Physical:
        """Point the alias to another key."""
        request.client("kms").update_alias(
            AliasName=current.physical.id,
            TargetKeyId=request.properties["TargetKeyId"],
        )
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the alias."""
        try:
            request.client("kms").delete_alias(AliasName=current.physical.id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotFoundException":
                raise
