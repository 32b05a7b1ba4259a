"""What an account still holds of the project, asked through the AWS API."""

from collections.abc import Mapping

import boto3
import psutil

BOOTSTRAP_STACK = "CDKToolkit"


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


def child_processes(pid: int) -> list[str]:
    """Return the command lines of the processes that ``pid`` has started."""
    lines = []
    for child in psutil.Process(pid).children(recursive=True):
        try:
            lines.append(" ".join(child.cmdline()) or child.name())
        except psutil.NoSuchProcess:
            continue
    return lines
