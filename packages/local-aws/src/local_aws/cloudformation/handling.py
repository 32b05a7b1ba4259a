"""Calling resources' handlers, and noting what came of it in the stack's history."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources import Request, handler_for
from local_aws.cloudformation.stack import Physical, Resource, Stack
from local_aws.server_state import Clients


def attempt(step: Callable[[], Physical]) -> Physical:
    """Return what a handler's step returns.

    Raises
    ------
    ResourceError
        For whatever the step raises, in the words that the stack's history shows.
    """
    try:
        return step()
    except ResourceError:
        raise
    except ClientError as error:
        detail = error.response["Error"]
        raise ResourceError(
            f'Resource handler returned message: "{detail["Message"]}"'
        ) from error
    except BotoCoreError as error:
        raise ResourceError(f'Resource handler returned message: "{error}"') from error
    except KeyError as error:
        raise ResourceError(
            f"Properties validation failed: required property {error} is missing"
        ) from error
    except Exception as error:
        raise ResourceError(
            f"Internal error in local AWS: {type(error).__name__}: {error}"
        ) from error


def note(
    stack: Stack, resource: Resource, status: str, reason: str | None = None
) -> None:
    """Add a resource's event to its stack."""
    stack.note(resource.logical_id, resource.physical.id, resource.type, status, reason)


def request_for(
    stack: Stack,
    clients: Clients,
    resource: Resource,
    properties: Mapping[str, Any],
) -> Request:
    """Return what a handler is called with."""
    return Request(
        logical_id=resource.logical_id,
        type=resource.type,
        properties=properties,
        stack_name=stack.name,
        stack_id=stack.stack_id,
        account=stack.account,
        tags=stack.tags,
        clients=clients,
        cancelled=stack.cancelled,
    )


def delete_resource(
    stack: Stack, clients: Clients, resource: Resource
) -> ResourceError | None:
    """Delete a resource; return why it could not be."""
    note(stack, resource, "DELETE_IN_PROGRESS")
    request = request_for(stack, clients, resource, resource.properties)

    def step() -> Physical:
        handler_for(resource.type).delete(request, resource)
        return resource.physical

    try:
        attempt(step)
    except ResourceError as error:
        note(stack, resource, "DELETE_FAILED", str(error))
        return error
    note(stack, resource, "DELETE_COMPLETE")
    return None
