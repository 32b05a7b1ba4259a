"""`{{resolve:service:reference}}`: values that are fetched when a resource is made.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

import json
import re
from typing import Any

from botocore.exceptions import ClientError

from local_aws.cloudformation.errors import ResourceError
from local_aws.server_state import Clients

REFERENCE = re.compile(r"\{\{resolve:([^:}]+):([^}]+)\}\}")
#: The parts of a secret's ARN, which has colons itself.
ARN_PARTS = 7


def resolved(value: Any, clients: Clients) -> Any:  # noqa: ANN401
    """Return properties with the values that their references name.

    Raises
    ------
    ResourceError
        If there is no such value, or local AWS does not fetch from the service.
    """
    if isinstance(value, dict):
        return {name: resolved(one, clients) for name, one in value.items()}
    if isinstance(value, list):
        return [resolved(one, clients) for one in value]
    if not isinstance(value, str):
        return value
    return REFERENCE.sub(lambda match: _fetched(match[1], match[2], clients), value)


def _fetched(service: str, reference: str, clients: Clients) -> str:
    try:
        if service == "ssm":
            found = clients.client("ssm").get_parameter(Name=reference)
            return str(found["Parameter"]["Value"])
        if service == "secretsmanager":
            return _secret(reference, clients)
    except (ClientError, ValueError, KeyError) as error:
        raise ResourceError(
            f"Could not resolve {{{{resolve:{service}:{reference}}}}}: {error}"
        ) from error
    raise ResourceError(
        f"Local AWS does not resolve {{{{resolve:{service}:…}}}}, only ssm and "
        "secretsmanager."
    )


def _secret(reference: str, clients: Clients) -> str:
    parts = reference.split(":")
    length = ARN_PARTS if reference.startswith("arn:") else 1
    name, rest = ":".join(parts[:length]), [*parts[length:], "", "", "", ""]
    _, key, stage, version = rest[:4]
    settings = {"VersionStage": stage, "VersionId": version}
    secret = clients.client("secretsmanager").get_secret_value(
        SecretId=name, **{k: v for k, v in settings.items() if v}
    )["SecretString"]
    return str(json.loads(secret)[key]) if key else str(secret)
