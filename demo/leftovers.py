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
    url = environment["AWS_ENDPOINT_URL"]
    sagemaker = session.client("sagemaker", endpoint_url=url)
    stacks = session.client("cloudformation", endpoint_url=url).describe_stacks()
    buckets = session.client("s3", endpoint_url=url).list_buckets()
    configs = sagemaker.list_endpoint_configs()["EndpointConfigs"]
    return {
        "endpoints": [
            e["EndpointName"] for e in sagemaker.list_endpoints()["Endpoints"]
        ],
        "endpoint configs": [c["EndpointConfigName"] for c in configs],
        "models": [m["ModelName"] for m in sagemaker.list_models()["Models"]],
        "stacks other than bootstrap's": [
            s["StackName"]
            for s in stacks["Stacks"]
            if s["StackName"] != BOOTSTRAP_STACK
            and s["StackStatus"] != "DELETE_COMPLETE"
        ],
        "project buckets": [
            b["Name"] for b in buckets["Buckets"] if not b["Name"].startswith("cdk-")
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
