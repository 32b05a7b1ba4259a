"""CloudFormation's resource schemas and IAM's actions, as cfn-lint carries them."""

from functools import cache
from typing import Any

from cfnlint.data import AdditionalSpecs  # type: ignore[import-untyped]
from cfnlint.helpers import load_resource  # type: ignore[import-untyped]
from cfnlint.schema.manager import (  # type: ignore[import-untyped]
    PROVIDER_SCHEMA_MANAGER,
)

_REGION = "us-east-1"  # has every resource type


#: Types whose schema names no permissions: CloudFormation's own handlers are older.
#: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodebuild.html
_WITHOUT_HANDLERS = {
    "AWS::CodeBuild::Project": frozenset(
        {
            "codebuild:BatchGetProjects",
            "codebuild:CreateProject",
            "codebuild:DeleteProject",
            "codebuild:UpdateProject",
            "iam:PassRole",
        }
    )
}


@cache
def schema(resource_type: str) -> dict[str, Any]:
    """Return the schema of a type, or an empty one for ``Custom::`` types."""
    if resource_type.startswith("Custom::"):
        return {}
    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
        _REGION, resource_type
    ).schema
    return found


def create_only_properties(resource_type: str) -> frozenset[str]:
    """Return the properties whose change makes CloudFormation replace the resource."""
    pointers = schema(resource_type).get("createOnlyProperties", [])
    return frozenset(pointer.split("/")[2] for pointer in pointers)


def deployment_actions(resource_type: str) -> frozenset[str]:
    """Return the IAM actions that CloudFormation needs for a type's whole life.

    Tagging has its own list in a schema. What a schema names and IAM does not know
    (`s3:REST.PUT.OBJECT`) is left out: `create-policy` may refuse it.
    """
    if resource_type in _WITHOUT_HANDLERS:
        return _WITHOUT_HANDLERS[resource_type]
    known = schema(resource_type)
    handlers = known.get("handlers", {})
    named = [
        *known.get("tagging", {}).get("permissions", []),
        *(
            action
            for name in ("create", "read", "update", "delete")
            for action in handlers.get(name, {}).get("permissions", [])
        ),
    ]
    return frozenset(action for action in named if is_action(action))


def is_action(action: str) -> bool:
    """Tell whether IAM knows an action such as `s3:GetObject`."""
    return _action(action) is not None


def takes_resource(action: str) -> bool:
    """Tell whether an action can be narrowed to a resource; otherwise it needs `*`."""
    return bool((_action(action) or {}).get("Resources"))


def _action(action: str) -> dict[str, Any] | None:
    service, _, name = action.partition(":")
    found: dict[str, Any] | None = (
        _actions().get(service, {}).get("Actions", {}).get(name.lower())
    )
    return found


@cache
def _actions() -> dict[str, Any]:
    """Return IAM's service authorization reference: service → actions, lower case."""
    found: dict[str, Any] = load_resource(AdditionalSpecs, "Policies.json")
    return found
