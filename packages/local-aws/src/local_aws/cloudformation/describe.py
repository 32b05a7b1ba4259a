"""Stacks and change sets as CloudFormation's answers show them."""

from collections.abc import Mapping
from typing import Any

from local_aws.cloudformation.stack import (
    Change,
    ChangeSet,
    Event,
    Resource,
    Stack,
)
from local_aws.cloudformation.template import Template

Shape = dict[str, Any]
HIDDEN = "****"


def stack(described: Stack) -> Shape:
    """Return a stack as DescribeStacks shows it."""
    return {
        **stack_summary(described),
        "ChangeSetId": described.change_set_id,
        "Description": described.description,
        "Parameters": parameters(described.template, described.parameters),
        "DisableRollback": False,
        "NotificationARNs": described.notification_arns,
        "Capabilities": described.capabilities,
        "RoleARN": described.role_arn,
        "Tags": tags(described.tags),
        "EnableTerminationProtection": described.termination_protection,
        "Outputs": [
            {
                "OutputKey": one.key,
                "OutputValue": one.value,
                "Description": one.description,
                "ExportName": one.export_name,
            }
            for one in described.outputs
        ],
    }


def stack_summary(described: Stack) -> Shape:
    """Return a stack as ListStacks shows it."""
    return {
        "StackId": described.stack_id,
        "StackName": described.name,
        "TemplateDescription": described.description,
        "CreationTime": described.created,
        "LastUpdatedTime": described.updated,
        "DeletionTime": described.deleted,
        "StackStatus": described.status,
        "StackStatusReason": described.status_reason,
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
    }


def parameters(template: Template, values: Mapping[str, str]) -> list[Shape]:
    """Return parameters' values, those of NoEcho hidden."""
    declared = template.get("Parameters", {})
    return [
        {
            "ParameterKey": key,
            "ParameterValue": (
                HIDDEN
                if str(declared.get(key, {}).get("NoEcho")).lower() == "true"
                else value
            ),
        }
        for key, value in values.items()
    ]


def tags(values: Mapping[str, str]) -> list[Shape]:
    """Return tags as a list."""
    return [{"Key": key, "Value": value} for key, value in values.items()]


def event(of: Stack, described: Event) -> Shape:
    """Return an event as DescribeStackEvents shows it."""
    return {
        "StackId": of.stack_id,
        "StackName": of.name,
        "EventId": described.event_id,
        "LogicalResourceId": described.logical_resource_id,
        "PhysicalResourceId": described.physical_resource_id,
        "ResourceType": described.resource_type,
        "ResourceStatus": described.resource_status,
        "ResourceStatusReason": described.resource_status_reason,
        "Timestamp": described.timestamp,
        "ClientRequestToken": described.client_request_token,
    }


def resource(of: Stack, described: Resource) -> Shape:
    """Return a resource, in all the forms that the resource actions use."""
    return {
        "StackId": of.stack_id,
        "StackName": of.name,
        "LogicalResourceId": described.logical_id,
        "PhysicalResourceId": described.physical.id,
        "ResourceType": described.type,
        "ResourceStatus": described.status,
        "ResourceStatusReason": described.status_reason,
        "Timestamp": described.updated,
        "LastUpdatedTimestamp": described.updated,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    }


def change_set_summary(described: ChangeSet) -> Shape:
    """Return a change set as ListChangeSets shows it."""
    return {
        "StackId": described.stack.stack_id,
        "StackName": described.stack.name,
        "ChangeSetId": described.change_set_id,
        "ChangeSetName": described.name,
        "ExecutionStatus": described.execution_status,
        "Status": described.status,
        "StatusReason": described.status_reason,
        "CreationTime": described.created,
        "Description": described.description,
    }


def change_set(described: ChangeSet) -> Shape:
    """Return a change set as DescribeChangeSet shows it."""
    return {
        **change_set_summary(described),
        "Parameters": parameters(described.template, described.parameters),
        "NotificationARNs": described.notification_arns,
        "Capabilities": described.capabilities,
        "Tags": tags(described.tags),
        "Changes": [
            {"Type": "Resource", "ResourceChange": change(one)}
            for one in described.changes
        ],
    }


def change(described: Change) -> Shape:
    """Return one resource's change."""
    recreation = "Always" if described.replacement == "True" else "Never"
    return {
        "Action": described.action,
        "LogicalResourceId": described.logical_id,
        "PhysicalResourceId": described.physical_id,
        "ResourceType": described.type,
        "Replacement": described.replacement,
        "Scope": ["Properties"] if described.changed_properties else [],
        "Details": [
            {
                "Target": {
                    "Attribute": "Properties",
                    "Name": name,
                    "RequiresRecreation": recreation,
                },
                "Evaluation": "Static",
                "ChangeSource": "DirectModification",
            }
            for name in described.changed_properties
        ],
    }


def template_summary(template: Template) -> Shape:
    """Return what a template declares."""
    return {
        "Description": template.get("Description"),
        "Version": template.get("AWSTemplateFormatVersion"),
        "ResourceTypes": sorted(
            {one["Type"] for one in template["Resources"].values()}
        ),
        "Capabilities": [],
        "Parameters": [
            {
                "ParameterKey": key,
                "DefaultValue": str(one["Default"]) if "Default" in one else None,
                "ParameterType": one["Type"],
                "NoEcho": str(one.get("NoEcho")).lower() == "true",
                "Description": one.get("Description"),
                "ParameterConstraints": {"AllowedValues": one.get("AllowedValues")},
            }
            for key, one in template.get("Parameters", {}).items()
        ],
    }
