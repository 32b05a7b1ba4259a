"""Creating, updating and rolling back a stack, resource by resource."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from moto.core.utils import utcnow

from local_aws.cloudformation import dynamic_references
from local_aws.cloudformation.deletion import RETAINED, deletion_order
from local_aws.cloudformation.errors import ResourceError, ValidationError
from local_aws.cloudformation.handling import (
    attempt,
    delete_resource,
    note,
    request_for,
)
from local_aws.cloudformation.intrinsics import Resolver
from local_aws.cloudformation.plan import changed_properties, is_active, must_replace
from local_aws.cloudformation.resources import (
    Request,
    check_properties,
    handler_for,
)
from local_aws.cloudformation.stack import Output, Physical, Resource, Stack
from local_aws.cloudformation.submission import Target
from local_aws.cloudformation.template import order
from local_aws.context import Clients

# Raises ValidationError for outputs or imports that do not fit the region's exports.
Check = Callable[[list[Output], set[str]], None]


@dataclass(frozen=True)
class LiveResources:
    """Resources as they are at this moment of an operation."""

    existing: Mapping[str, Resource]

    def ref(self, logical_id: str) -> str:
        """Return the physical id."""
        return self._get(logical_id).physical.id

    def attribute(self, logical_id: str, name: str) -> object:
        """Return the attribute."""
        resource = self._get(logical_id)
        if name not in resource.physical.attributes:
            raise ValidationError(
                f"Requested attribute {name} does not exist in {logical_id}"
            )
        return resource.physical.attributes[name]

    def _get(self, logical_id: str) -> Resource:
        if logical_id not in self.existing:
            raise ValidationError(f"Unresolved resource dependency {logical_id}")
        return self.existing[logical_id]


@dataclass
class Operation:
    """One create or update of a stack, with what undoes it."""

    stack: Stack
    clients: Clients
    target: Target
    check_outputs: Check
    disable_rollback: bool = False
    _undo: list[Callable[[], None]] = field(default_factory=list)
    _replaced: list[Resource] = field(default_factory=list)

    def run(self, verb: str) -> None:
        """Bring the stack to its target, or back to what it was.

        Parameters
        ----------
        verb
            CREATE or UPDATE.
        """
        stack = self.stack
        before = dict(stack.resources)
        try:
            self._apply()
            outputs = self._outputs()
            self.check_outputs(outputs, self.target.imports)
        except _StepFailedError as failure:
            if stack.being_deleted:
                return
            self._roll_back(verb, str(failure), before)
            return
        except ValidationError as error:
            self._roll_back(verb, error.message, before)
            return
        if stack.being_deleted:
            return
        stack.outputs = outputs
        stack.imports = self.target.imports
        stack.template = self.target.template
        stack.template_body = self.target.template_body
        stack.description = self.target.template.get("Description")
        stack.parameters = self.target.parameters
        if verb == "UPDATE":
            stack.enter("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            self._clean_up(before)
        stack.enter(f"{verb}_COMPLETE")

    def _apply(self) -> None:
        resolver = self._resolver()
        for logical_id in order(self.target.template):
            if self.stack.cancelled.is_set():
                raise _StepFailedError("Resource creation cancelled")
            declaration = self.target.template["Resources"][logical_id]
            if is_active(declaration, resolver):
                properties = resolver.resolve(declaration.get("Properties", {}))
                self._apply_one(logical_id, declaration, properties)

    def _apply_one(
        self, logical_id: str, declaration: dict[str, Any], properties: dict[str, Any]
    ) -> None:
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
            self._replaced.append(existing)
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
                self._undo.append(lambda: self._undo_create(made, previous))
            self._fail(blank, f"{verb}_FAILED", error)
        made = replace(blank, physical=physical)
        stack.resources[logical_id] = made
        self._undo.append(lambda: self._undo_create(made, previous))
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
        elif error := self._delete(made):
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

        self._undo.append(undo)
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

    def _roll_back(self, verb: str, reason: str, before: dict[str, Resource]) -> None:
        stack = self.stack
        if self.disable_rollback:
            stack.enter(f"{verb}_FAILED", reason)
            return
        prefix = "" if verb == "CREATE" else "UPDATE_"
        stack.enter(
            f"{prefix}ROLLBACK_IN_PROGRESS", f"{reason} Rollback requested by user."
        )
        stack.cancelled.clear()
        failed = []
        for undo in reversed(self._undo):
            try:
                undo()
            except ResourceError as error:
                failed.append(str(error))
        if failed:
            stack.enter(f"{prefix}ROLLBACK_FAILED", "; ".join(failed))
            return
        if verb == "UPDATE":
            stack.resources = before
        stack.enter(f"{prefix}ROLLBACK_COMPLETE")

    def _clean_up(self, before: dict[str, Resource]) -> None:
        """Delete what the target no longer has; failures do not fail the update."""
        resolver = self._resolver()
        declared = self.target.template["Resources"]
        removed = [
            resource
            for logical_id, resource in before.items()
            if logical_id not in declared
            or not is_active(declared[logical_id], resolver)
        ]
        for resource in removed:
            self.stack.resources.pop(resource.logical_id, None)
        for resource in deletion_order([*self._replaced, *removed]):
            replaced = resource.logical_id in self.stack.resources
            name = "UpdateReplacePolicy" if replaced else "DeletionPolicy"
            if resource.declaration.get(name) in RETAINED:
                self._note(resource, "DELETE_SKIPPED")
            else:
                self._delete(resource)

    def _delete(self, resource: Resource) -> ResourceError | None:
        return delete_resource(self.stack, self.clients, resource)

    def _outputs(self) -> list[Output]:
        resolver = self._resolver()
        result = []
        for key, output in self.target.template.get("Outputs", {}).items():
            if is_active(output, resolver):
                name = output.get("Export", {}).get("Name")
                result.append(
                    Output(
                        key,
                        str(resolver.resolve(output["Value"])),
                        output.get("Description"),
                        str(resolver.resolve(name)) if name else None,
                    )
                )
        return result

    def _resolver(self) -> Resolver:
        return Resolver(self.target.scope, LiveResources(self.stack.resources))

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
        raise _StepFailedError(
            f"The following resource(s) failed to {verb}: [{resource.logical_id}]."
        ) from error


class _StepFailedError(Exception):
    """A resource failed; the stack is to be rolled back."""
