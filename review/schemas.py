"""CloudFormation's own resource schemas, as cfn-lint carries them."""

from functools import cache
from typing import Any

from cfnlint.schema.manager import (  # type: ignore[import-untyped]
    PROVIDER_SCHEMA_MANAGER,
)

_REGION = "us-east-1"  # has every resource type


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
    """Return the IAM actions that CloudFormation needs for a type's whole life."""
    handlers = schema(resource_type).get("handlers", {})
    return frozenset(
        action
        for name in ("create", "read", "update", "delete")
        for action in handlers.get(name, {}).get("permissions", [])
    )
