"""Calling a schedule's target as Scheduler does: by its ARN, as its role.

Universal targets only (`arn:aws:scheduler:::aws-sdk:<service>:<action>`): any API
action, with the target's input as its parameters.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import boto3
from botocore import xform_name

from local_aws.partitions import arn
from local_aws.server_state import Clients

SERVICE = "scheduler.amazonaws.com"
UNIVERSAL = re.compile(r"arn:[a-z-]+:scheduler:::aws-sdk:([a-z0-9-]+):([A-Za-z0-9]+)")


class FiringError(Exception):
    """A target that cannot be called; the message says why."""


def fire(
    clients: Clients, account: str, group_arn: str, target: Mapping[str, Any]
) -> None:
    """Assume the target's role and call the action that its ARN names.

    Raises
    ------
    FiringError
        If the target is no API action, or the role does not trust Scheduler with
        this group, or does not allow the action.
    """
    match = UNIVERSAL.fullmatch(target["Arn"])
    if match is None:
        raise FiringError(f"target {target['Arn']} is not a universal target")
    service, action = match.groups()
    arguments = json.loads(target.get("Input") or "{}")
    role_arn = target["RoleArn"]
    source = {"aws:SourceAccount": account, "aws:SourceArn": group_arn}
    _require_trust(clients, role_arn, source)
    resource = _resource(clients.region, account, service, arguments)
    _require_permission(clients, role_arn, f"{service}:{_capital(action)}", resource)
    client = _client_of_role(clients, role_arn, service)
    getattr(client, xform_name(action))(**arguments)


def _require_trust(clients: Clients, role_arn: str, source: Mapping[str, str]) -> None:
    name = role_arn.rsplit("/", 1)[-1]
    role = clients.client("iam").get_role(RoleName=name)["Role"]
    for statement in role["AssumeRolePolicyDocument"]["Statement"]:
        services = statement.get("Principal", {}).get("Service", [])
        if SERVICE not in ([services] if isinstance(services, str) else services):
            continue
        conditions = statement.get("Condition", {}).get("StringEquals", {})
        if all(source.get(key) == value for key, value in conditions.items()):
            return
    raise FiringError(
        f"role {role_arn} does not trust {SERVICE} for {source['aws:SourceArn']}"
    )


def _resource(
    region: str, account: str, service: str, arguments: Mapping[str, Any]
) -> str:
    """Return the ARN that a policy has to name; ``*`` where local AWS knows none."""
    if service == "cloudformation" and "StackName" in arguments:
        stack = f"stack/{arguments['StackName']}/id"
        return arn("cloudformation", region, account, stack)
    return "*"


def _capital(action: str) -> str:
    return action[0].upper() + action[1:]


def _require_permission(
    clients: Clients, role_arn: str, action: str, resource: str
) -> None:
    results = clients.client("iam").simulate_principal_policy(
        PolicySourceArn=role_arn, ActionNames=[action], ResourceArns=[resource]
    )["EvaluationResults"]
    if any(result["EvalDecision"] != "allowed" for result in results):
        raise FiringError(f"role {role_arn} does not allow {action} on {resource}")


def _client_of_role(clients: Clients, role_arn: str, service: str) -> Any:  # noqa: ANN401
    credentials = clients.client("sts").assume_role(
        RoleArn=role_arn, RoleSessionName="scheduler"
    )["Credentials"]
    session = boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=clients.region,
    )
    return session.client(service, endpoint_url=clients.url)  # type: ignore[call-overload]
