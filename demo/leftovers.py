"""What an account still holds of the project, asked through the AWS API."""

from collections.abc import Mapping

import boto3
import psutil

BOOTSTRAP_STACK = "CDKToolkit"
GUARD = "local_aws/reaper.py"


def remaining(environment: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the names left, by kind; every list is empty when nothing is left.

    The CDK's bootstrap stack and bucket belong to the account and are left out.
    """
    session = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
    )
    # Lists are paged, some with ten items a page.
    sagemaker = session.client(
        "sagemaker", endpoint_url=environment.get("AWS_ENDPOINT_URL")
    )
    cloudformation = session.client(
        "cloudformation", endpoint_url=environment.get("AWS_ENDPOINT_URL")
    )
    s3 = session.client("s3", endpoint_url=environment.get("AWS_ENDPOINT_URL"))
    dynamodb = session.client(
        "dynamodb", endpoint_url=environment.get("AWS_ENDPOINT_URL")
    )
    secrets = session.client(
        "secretsmanager", endpoint_url=environment.get("AWS_ENDPOINT_URL")
    )
    return {
        "endpoints": [
            endpoint["EndpointName"]
            for page in sagemaker.get_paginator("list_endpoints").paginate()
            for endpoint in page["Endpoints"]
        ],
        "endpoint configs": [
            config["EndpointConfigName"]
            for page in sagemaker.get_paginator("list_endpoint_configs").paginate()
            for config in page["EndpointConfigs"]
        ],
        "models": [
            model["ModelName"]
            for page in sagemaker.get_paginator("list_models").paginate()
            for model in page["Models"]
        ],
        "stacks other than bootstrap's": [
            stack["StackName"]
            for page in cloudformation.get_paginator("describe_stacks").paginate()
            for stack in page["Stacks"]
            if stack["StackName"] != BOOTSTRAP_STACK
            and stack["StackStatus"] != "DELETE_COMPLETE"
        ],
        "project buckets": [
            bucket["Name"]
            for page in s3.get_paginator("list_buckets").paginate()
            for bucket in page["Buckets"]
            if not bucket["Name"].startswith("cdk-")
        ],
        "tables": [
            table
            for page in dynamodb.get_paginator("list_tables").paginate()
            for table in page["TableNames"]
        ],
        "secrets": [
            secret["Name"]
            for page in secrets.get_paginator("list_secrets").paginate()
            for secret in page["SecretList"]
        ],
    }


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
