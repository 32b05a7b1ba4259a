"""Secrets of the Secrets Manager."""

import json
from typing import Any

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles, pick
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 64
GONE = "ResourceNotFoundException"
#: What the template says of the value itself.
VALUE = ("GenerateSecretString", "SecretString")
TEMPLATE = ("SecretStringTemplate", "GenerateStringKey")


@handles(
    "AWS::SecretsManager::Secret",
    immutable={"Name"},
    applies={"Description", "KmsKeyId", "Name", "Tags", *VALUE},
)
class SecretHandler:
    """AWS::SecretsManager::Secret."""

    def create(self, request: Request) -> Physical:
        """Create the secret, its value given or generated."""
        made = request.client("secretsmanager").create_secret(
            Name=request.name("Name", NAME_CHARACTERS),
            SecretString=_value(request),
            Tags=request.tag_list(),
            **pick(request.properties, "Description", "KmsKeyId"),
        )
        return Physical(made["ARN"], {"Id": made["ARN"]})

    def update(self, request: Request, current: Resource) -> Physical:
        """Change the description and a given value; a generated one stays."""
        changes = pick(request.properties, "Description", "KmsKeyId", "SecretString")
        if any(
            request.properties.get(name) != current.properties.get(name)
            for name in VALUE
        ):
            changes["SecretString"] = _value(request)
        request.client("secretsmanager").update_secret(
            SecretId=current.physical.id, **changes
        )
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the secret at once, as CloudFormation does."""
        try:
            request.client("secretsmanager").delete_secret(
                SecretId=current.physical.id, ForceDeleteWithoutRecovery=True
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != GONE:
                raise


def _value(request: Request) -> str:
    generate: dict[str, Any] | None = request.properties.get("GenerateSecretString")
    if generate is None:
        return str(request.properties.get("SecretString", ""))
    options = {name: value for name, value in generate.items() if name not in TEMPLATE}
    password: str = request.call("secretsmanager", "get_random_password", **options)[
        "RandomPassword"
    ]
    if "GenerateStringKey" not in generate:
        return password
    document = json.loads(generate.get("SecretStringTemplate", "{}"))
    return json.dumps({**document, generate["GenerateStringKey"]: password})
