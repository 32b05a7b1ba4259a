"""Creating, updating and rolling back a stack."""

from collections.abc import Callable
from dataclasses import dataclass, field

from local_aws.cloudformation.deletion import RETAINED, deletion_order
from local_aws.cloudformation.errors import ResourceError, ValidationError
from local_aws.cloudformation.handling import note
from local_aws.cloudformation.intrinsics import Resolver, text_of
from local_aws.cloudformation.plan import is_active
from local_aws.cloudformation.resource_changes import ResourceChanges, StepFailedError
from local_aws.cloudformation.stack import LiveResources, Output, Resource, Stack
from local_aws.cloudformation.submission import Target
from local_aws.cloudformation.template import order
from local_aws.server_state import Clients

# Raises ValidationError for outputs or imports that do not fit the region's exports.
Check = Callable[[list[Output], set[str]], None]


@dataclass
class Operation:
    """One create or update of a stack, with what undoes it."""

    stack: Stack
    clients: Clients
    target: Target
    check_outputs: Check
    disable_rollback: bool = False
    _changes: ResourceChanges = field(init=False)

    def __post_init__(self) -> None:
        self._changes = ResourceChanges(self.stack, self.clients)

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
        except StepFailedError as failure:
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
                raise StepFailedError("Resource creation cancelled")
            declaration = self.target.template["Resources"][logical_id]
            if is_active(declaration, resolver):
                properties = resolver.resolve(declaration.get("Properties", {}))
                self._changes.apply(logical_id, declaration, properties)

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
        for undo in reversed(self._changes.undo):
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
        for resource in deletion_order([*self._changes.replaced, *removed]):
            replaced = resource.logical_id in self.stack.resources
            name = "UpdateReplacePolicy" if replaced else "DeletionPolicy"
            if resource.declaration.get(name) in RETAINED:
                note(self.stack, resource, "DELETE_SKIPPED")
            else:
                self._changes.delete(resource)

    def _outputs(self) -> list[Output]:
        resolver = self._resolver()
        result = []
        for key, output in self.target.template.get("Outputs", {}).items():
            if is_active(output, resolver):
                name = output.get("Export", {}).get("Name")
                value = resolver.resolve(output["Value"])
                if isinstance(value, (dict, list)):
                    raise ValidationError(
                        f"Template format error: Output {key} is malformed. The Value "
                        "field of every Outputs member must evaluate to a String."
                    )
                result.append(
                    Output(
                        key,
                        text_of(value),
                        output.get("Description"),
                        str(resolver.resolve(name)) if name else None,
                    )
                )
        return result

    def _resolver(self) -> Resolver:
        return Resolver(self.target.scope, LiveResources(self.stack.resources))
