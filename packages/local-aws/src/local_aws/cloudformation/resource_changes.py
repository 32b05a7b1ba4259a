"""One resource's way to what the template declares, and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from moto.core.utils import utcnow

from local_aws.cloudformation import dynamic_references
from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.handling import (
    attempt,
    delete_resource,
    note,
    request_for,
)
from local_aws.cloudformation.plan import changed_properties, must_replace
from local_aws.cloudformation.resources import (
    Request,
    check_properties,
    handler_for,
)
from local_aws.cloudformation.stack import Physical, Resource, Stack
from local_aws.server_state import Clients


class StepFailedError(Exception):
    """A resource failed; the stack is to be rolled back."""


@dataclass
class ResourceChanges:
    """The changes of one operation, resource by resource.

    Attributes
    ----------
    undo
        What takes them back, in the order in which they were made.
    replaced
        Resources that others have taken the place of, to be deleted at the end.
    """

    stack: Stack
    clients: Clients
    undo: list[Callable[[], None]] = field(default_factory=list)
    replaced: list[Resource] = field(default_factory=list)

    def apply(
        self, logical_id: str, declaration: dict[str, Any], properties: dict[str, Any]
    ) -> None:
        """Create, update or replace a resource, or leave it as it is.

        Raises
        ------
        StepFailedError
            If it fails; what was made so far is in `undo`.
        """
        existing = self.stack.resources.get(logical_id)
        kind = declaration["Type"]
        if existing is None:
            self._create(logical_id, declaration, properties, "CREATE")
            return
        changed = changed_properties(existing.properties, properties)
        if not changed and existing.type == kind:
            self.stack.resources[logical_id] = replace(
                existing, declaration=declaration
            )
        elif must_replace(existing, kind, changed):
            self._note(
                existing,
                "UPDATE_IN_PROGRESS",
                "Requested update requires the "
                "creation of a new physical resource; hence creating one.",
            )
            self.replaced.append(existing)
            self._create(logical_id, declaration, properties, "UPDATE")
        else:
            self._update(existing, declaration, properties)

    def _create(
        self,
        logical_id: str,
        declaration: dict[str, Any],
        properties: dict[str, Any],
        verb: str,
    ) -> None:
        stack = self.stack
        kind = declaration["Type"]
        previous = stack.resources.get(logical_id)
        blank = Resource(
            logical_id, kind, declaration, properties, Physical(""), f"{verb}_COMPLETE"
        )
        if verb == "CREATE":
            self._note(blank, "CREATE_IN_PROGRESS")
        try:
            physical = attempt(lambda: self._made(blank, properties))
        except ResourceError as error:
            if error.physical_id:
                made = replace(blank, physical=Physical(error.physical_id))
                stack.resources[logical_id] = made
                self.undo.append(lambda: self._undo_create(made, previous))
            self._fail(blank, f"{verb}_FAILED", error)
        made = replace(blank, physical=physical)
        stack.resources[logical_id] = made
        self.undo.append(lambda: self._undo_create(made, previous))
        self._note(made, f"{verb}_COMPLETE")

    def _made(self, blank: Resource, properties: dict[str, Any]) -> Physical:
        request = self._request(blank, properties)
        check_properties(blank.type, request.properties, self.stack.region)
        return handler_for(blank.type).create(request)

    def _undo_create(self, made: Resource, previous: Resource | None) -> None:
        policy = made.declaration.get("DeletionPolicy")
        if previous is not None:
            self.stack.resources[made.logical_id] = previous
        else:
            self.stack.resources.pop(made.logical_id, None)
        if policy == "Retain":
            self._note(made, "DELETE_SKIPPED")
        elif error := self.delete(made):
            if previous is None:
                self.stack.resources[made.logical_id] = made
            raise error

    def _update(
        self,
        existing: Resource,
        declaration: dict[str, Any],
        properties: dict[str, Any],
    ) -> None:
        self._note(existing, "UPDATE_IN_PROGRESS")
        handler = handler_for(existing.type)

        def change() -> Physical:
            request = self._request(existing, properties)
            check_properties(existing.type, request.properties, self.stack.region)
            return handler.update(request, existing)

        def undo() -> None:
            current = self.stack.resources[existing.logical_id]
            self._note(existing, "UPDATE_IN_PROGRESS")
            request = self._request(current, existing.properties)
            physical = attempt(lambda: handler.update(request, current))
            restored = replace(existing, physical=physical)
            self.stack.resources[existing.logical_id] = restored
            self._note(existing, "UPDATE_COMPLETE")

        self.undo.append(undo)
        updated = replace(
            existing,
            declaration=declaration,
            properties=properties,
            status="UPDATE_COMPLETE",
            updated=utcnow(),
        )
        try:
            physical = attempt(change)
        except ResourceError as error:
            self.stack.resources[existing.logical_id] = updated
            self._fail(existing, "UPDATE_FAILED", error)
        updated = replace(updated, physical=physical)
        self.stack.resources[existing.logical_id] = updated
        self._note(updated, "UPDATE_COMPLETE")

    def delete(self, resource: Resource) -> ResourceError | None:
        """Delete a resource; return why it could not be."""
        return delete_resource(self.stack, self.clients, resource)

    def _request(self, resource: Resource, properties: Mapping[str, Any]) -> Request:
        """Return what a handler is called with, values fetched that are referred to.

        The stack keeps the references: as in AWS, a value that changed where it is
        kept is no change of the template.
        """
        values = dynamic_references.resolved(properties, self.clients)
        return request_for(self.stack, self.clients, resource, values)

    def _note(self, resource: Resource, status: str, reason: str | None = None) -> None:
        note(self.stack, resource, status, reason)

    def _fail(self, resource: Resource, status: str, error: ResourceError) -> None:
        self._note(resource, status, str(error))
        verb = "create" if status.startswith("CREATE") else "update"
        raise StepFailedError(
            f"The following resource(s) failed to {verb}: [{resource.logical_id}]."
        ) from error
