"""Deleting a stack, each resource before those that it needs."""

from local_aws.cloudformation.handling import delete_resource, note
from local_aws.cloudformation.stack import Resource, Stack
from local_aws.cloudformation.template import dependencies, order
from local_aws.server_state import Clients

RETAINED = {"Retain", "RetainExceptOnCreate"}


def deletion_order(resources: list[Resource]) -> list[Resource]:
    """Return resources with each before those that it needs."""
    template = {
        "Resources": {one.logical_id: dict(one.declaration) for one in resources}
    }
    position = {name: index for index, name in enumerate(order(template))}
    return sorted(resources, key=lambda one: -position[one.logical_id])


def delete_stack(stack: Stack, clients: Clients) -> bool:
    """Delete a stack's resources in reverse order of dependency.

    A resource that cannot be deleted keeps those that it needs. Returns whether all
    that is not retained is gone.
    """
    failed: list[str] = []
    kept: set[str] = set()
    template = {
        "Resources": {
            name: dict(one.declaration) for name, one in stack.resources.items()
        }
    }
    for resource in deletion_order(list(stack.resources.values())):
        logical_id = resource.logical_id
        if resource.declaration.get("DeletionPolicy") in RETAINED:
            note(stack, resource, "DELETE_SKIPPED")
            continue
        if logical_id in kept:
            kept |= dependencies(template, logical_id)
            continue
        if delete_resource(stack, clients, resource):
            failed.append(logical_id)
            kept |= dependencies(template, logical_id)
        else:
            del stack.resources[logical_id]
    if failed:
        names = ", ".join(failed)
        stack.enter(
            "DELETE_FAILED", f"The following resource(s) failed to delete: [{names}]."
        )
        return False
    return True
