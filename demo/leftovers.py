"""What an account still holds of the project, asked through the AWS API."""

from collections.abc import Mapping
from typing import Any

import boto3
import psutil

BOOTSTRAP_STACK = "CDKToolkit"
GUARD = "local_aws/reaper.py"
#: Kind → service, operation that lists it, key of the list, key of a name.
LISTINGS: Mapping[str, tuple[str, str, str, str | None]] = {
    "endpoints": ("sagemaker", "list_endpoints", "Endpoints", "EndpointName"),
    "endpoint configs": (
        "sagemaker",
        "list_endpoint_configs",
        "EndpointConfigs",
        "EndpointConfigName",
    ),
    "models": ("sagemaker", "list_models", "Models", "ModelName"),
    "stacks other than bootstrap's": (
        "cloudformation",
        "describe_stacks",
        "Stacks",
        "StackName",
    ),
    "project buckets": ("s3", "list_buckets", "Buckets", "Name"),
    "tables": ("dynamodb", "list_tables", "TableNames", None),
    "secrets": ("secretsmanager", "list_secrets", "SecretList", "Name"),
}


def remaining(environment: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the names left, by kind; every list is empty when nothing is left.

    The CDK's bootstrap stack and bucket belong to the account and are left out.
    """
    session = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
    )
    url = environment.get("AWS_ENDPOINT_URL")
    found: dict[str, list[str]] = {}
    for kind, (service, operation, items, name) in LISTINGS.items():
        client: Any = session.client(service, endpoint_url=url)  # type: ignore[call-overload]
        # Lists are paged, some with ten items a page.
        found[kind] = [
            item if name is None else item[name]
            for page in client.get_paginator(operation).paginate()
            for item in page[items]
            if not _is_the_accounts(item)
        ]
    return found


def _is_the_accounts(item: Any) -> bool:  # noqa: ANN401 - whatever a page lists
    return isinstance(item, dict) and (
        item.get("StackName") == BOOTSTRAP_STACK
        or item.get("StackStatus") == "DELETE_COMPLETE"
        or str(item.get("Name")).startswith("cdk-")
    )


def child_processes(pid: int) -> list[psutil.Process]:
    """Return the processes that local AWS started for jobs and endpoints.

    Its guard, which ends them should it die, is part of it and left out.
    """
    children = psutil.Process(pid).children(recursive=True)
    return [child for child in children if GUARD not in _command_line(child)]


def still_running(processes: list[psutil.Process]) -> list[str]:
    """Return the command lines of those of the processes that have not ended."""
    return [_command_line(each) for each in processes if each.is_running()]


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline()) or process.name()
    except psutil.NoSuchProcess:
        return ""
