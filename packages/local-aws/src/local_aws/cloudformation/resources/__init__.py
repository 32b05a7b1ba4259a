"""Resource types: one handler each, one file a service, found by the type's name.

Every module of this folder is imported, and registers its types.
"""

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from local_aws.cloudformation import schemas
from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.base import REGISTRY, Handler, Request
from local_aws.cloudformation.resources.moto_model import MotoModelHandler

__all__ = ["Request", "check_properties", "handler_for", "immutable_properties"]

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")


def handler_for(resource_type: str) -> Handler:
    """Return a type's handler: local AWS's own, or else moto's model of the type.

    Raises
    ------
    ResourceError
        If neither knows the type.
    """
    if resource_type in REGISTRY:
        return REGISTRY[resource_type].handler
    return MotoModelHandler.of(resource_type)


def immutable_properties(resource_type: str) -> frozenset[str] | None:
    """Return the properties whose change replaces a resource; None for all but Tags."""
    if resource_type in REGISTRY:
        return REGISTRY[resource_type].immutable
    return schemas.create_only(resource_type)


def check_properties(
    resource_type: str, properties: Mapping[str, Any], region: str
) -> None:
    """Refuse what CloudFormation refuses, and what local AWS would drop in silence.

    Raises
    ------
    ResourceError
        Naming the properties.
    """
    available = schemas.known(resource_type, region)
    if not available and schemas.known(resource_type, schemas.DEFAULT_REGION):
        raise ResourceError(f"{resource_type} is not available in {region}.")
    if found := schemas.problems(resource_type, properties, region):
        raise ResourceError(f"Properties validation failed: {'; '.join(found)}")
    applies = REGISTRY[resource_type].applies if resource_type in REGISTRY else None
    dropped = [] if applies is None else sorted(properties.keys() - applies)
    if dropped:
        raise ResourceError(
            f"Local AWS does not apply the properties {', '.join(dropped)} of "
            f"{resource_type}."
        )
