"""Stacks of the tests, made through the public API."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local_aws.testing.running import LocalAws, eventually

Template = dict[str, Any]


def given(parameters: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Return parameters as the API takes them; None uses the previous value."""
    return [
        {"ParameterKey": key, "UsePreviousValue": True}
        if value is None
        else {"ParameterKey": key, "ParameterValue": value}
        for key, value in parameters.items()
    ]


def deploy(
    aws: LocalAws, name: str, template: Template, **parameters: str | None
) -> dict[str, Any]:
    """Create or update a stack by a change set, as the CDK does; return its end."""
    client = aws.client("cloudformation")
    kind = "UPDATE" if status(aws, name) else "CREATE"
    change_set = client.create_change_set(
        StackName=name,
        ChangeSetName="change",
        ChangeSetType=kind,
        TemplateBody=json.dumps(template),
        Parameters=given(parameters),
        Capabilities=["CAPABILITY_IAM"],
    )["Id"]
    client.execute_change_set(ChangeSetName=change_set)
    client.delete_change_set(ChangeSetName=change_set)
    return stable(aws, name)


def status(aws: LocalAws, name: str) -> str | None:
    """Return a stack's status, or None if there is no such stack."""
    described = describe(aws, name)
    return described["StackStatus"] if described else None


def describe(aws: LocalAws, name: str) -> dict[str, Any] | None:
    """Return a stack's description, or None if there is no such stack."""
    client = aws.client("cloudformation")
    try:
        stack: dict[str, Any] = client.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        return None
    return stack


def stable(aws: LocalAws, name: str, seconds: float = 60.0) -> dict[str, Any]:
    """Wait until nothing is in progress; return the stack's description."""
    eventually(lambda: not (status(aws, name) or "").endswith("_IN_PROGRESS"), seconds)
    return describe(aws, name) or {}


def delete(aws: LocalAws, name: str) -> dict[str, Any]:
    """Delete a stack; return its last description, found by its id."""
    described = describe(aws, name)
    assert described is not None
    aws.client("cloudformation").delete_stack(StackName=name)
    return stable(aws, described["StackId"])


def outputs(stack: Mapping[str, Any]) -> dict[str, str]:
    """Return a stack's outputs by key."""
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def reasons(aws: LocalAws, name: str) -> dict[str, str]:
    """Return why resources failed, by logical id."""
    pages = aws.client("cloudformation").get_paginator("describe_stack_events")
    return {
        event["LogicalResourceId"]: event.get("ResourceStatusReason", "")
        for page in pages.paginate(StackName=name)
        for event in page["StackEvents"]
        if event["ResourceStatus"].endswith("_FAILED")
    }


def physical_ids(aws: LocalAws, name: str) -> dict[str, str]:
    """Return a stack's resources by logical id."""
    client = aws.client("cloudformation")
    listed = client.describe_stack_resources(StackName=name)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in listed}


def parameter(value: Any, **settings: Any) -> dict[str, Any]:
    """Return an SSM parameter, the smallest of resources."""
    return {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": value},
        **settings,
    }
