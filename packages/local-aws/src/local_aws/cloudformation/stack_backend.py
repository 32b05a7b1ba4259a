"""Stacks of one account and region: started, updated, deleted in the background.

moto's own CloudFormation creates resources while it parses, knows no failure, no
rollback and no waiting, and registers no outputs on the change-set path; so this one
has its own engine (`operations`) behind the same anatomy.
"""

import re
import threading
import uuid
from collections.abc import Callable

from moto.core.base_backend import BaseBackend
from moto.core.utils import utcnow

from local_aws import server_state
from local_aws.cloudformation.deletion import delete_stack
from local_aws.cloudformation.errors import AlreadyExistsError, ValidationError
from local_aws.cloudformation.exports import (
    check_deletion,
    check_outputs,
    exports_of,
    importers,
)
from local_aws.cloudformation.operations import Operation
from local_aws.cloudformation.stack import Stack
from local_aws.cloudformation.submission import (
    Submission,
    Target,
    has_changes,
    target_of,
)
from local_aws.partitions import arn

# How long a call that starts an operation waits for it. The CDK CLI looks for the end
# at once and then every five seconds, and most operations here take less than this.
GRACE_SECONDS = 2.0
STACK_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
UPDATABLE = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
}


class StackBackend(BaseBackend):
    """Stacks of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.stacks: dict[str, Stack] = {}
        self._lock = threading.RLock()

    def stack(self, name_or_id: str) -> Stack:
        """Return a stack by id, or a living one by name."""
        if stack := self.stacks.get(name_or_id):
            return stack
        for stack in self.stacks.values():
            if stack.name == name_or_id and stack.status != "DELETE_COMPLETE":
                return stack
        raise ValidationError(f"Stack with id {name_or_id} does not exist")

    def living_stacks(self) -> list[Stack]:
        """Return all stacks that are not deleted."""
        return [one for one in self.stacks.values() if one.status != "DELETE_COMPLETE"]

    def exports(self) -> dict[str, tuple[Stack, str]]:
        """Return each export's stack and value by name."""
        return exports_of(self.living_stacks())

    def importers(self, export: str) -> list[str]:
        """Return the names of the stacks that import an export."""
        return importers(export, self.living_stacks())

    def create_stack(self, name: str, submission: Submission) -> Stack:
        """Start creating a stack."""
        with self._lock:
            if any(one.name == name for one in self.living_stacks()):
                raise AlreadyExistsError(f"Stack [{name}] already exists")
            stack = self._new_stack(name)
            target = self._target(stack, submission)
            self.stacks[stack.stack_id] = stack
            self._start(stack, "CREATE", target, submission)
        return stack

    def update_stack(self, name: str, submission: Submission) -> Stack:
        """Start updating a stack."""
        with self._lock:
            stack = self._updatable(name)
            target = self._target(stack, submission)
            if not has_changes(stack, target, submission):
                raise ValidationError("No updates are to be performed.")
            self._start(stack, "UPDATE", target, submission)
        return stack

    def delete_stack(self, name: str, request_token: str | None = None) -> None:
        """Start deleting a stack; one that does not exist is no error."""
        with self._lock:
            try:
                stack = self.stack(name)
            except ValidationError:
                return
            if stack.status in {"DELETE_COMPLETE", "DELETE_IN_PROGRESS"}:
                return
            self._check_deletable(stack)
            stack.request_token = request_token
            stack.enter("DELETE_IN_PROGRESS", "User Initiated")
            stack.cancelled.set()
            self._in_background(stack, lambda: self._delete(stack))
        stack.idle.wait(GRACE_SECONDS)

    def cancel_update(self, name: str) -> None:
        """Make a running update roll back."""
        stack = self.stack(name)
        if stack.status != "UPDATE_IN_PROGRESS":
            raise ValidationError(
                "CancelUpdateStack cannot be called from current stack status"
            )
        stack.cancelled.set()

    def _check_deletable(self, stack: Stack) -> None:
        if stack.termination_protection:
            raise ValidationError(
                f"Stack [{stack.name}] cannot be deleted while TerminationProtection "
                f"is enabled"
            )
        if stack.in_progress and not stack.status.startswith("CREATE"):
            raise ValidationError(
                f"Stack [{stack.name}] cannot be deleted while in status {stack.status}"
            )
        check_deletion(stack, self._others(stack))

    def _delete(self, stack: Stack) -> None:
        stack.cancelled.clear()
        if delete_stack(stack, server_state.current().clients(self.region_name)):
            stack.outputs = []
            stack.imports = set()
            stack.deleted = utcnow()
            stack.enter("DELETE_COMPLETE")

    # Shared steps

    def _new_stack(self, name: str) -> Stack:
        if not STACK_NAME.fullmatch(name):
            raise ValidationError(
                f"1 validation error detected: Value '{name}' at 'stackName' failed to "
                "satisfy constraint: Member must satisfy regular expression pattern: "
                f"{STACK_NAME.pattern}"
            )
        stack = Stack(
            stack_id=self._arn(f"stack/{name}/{uuid.uuid4()}"),
            name=name,
            region=self.region_name,
            account=self.account_id,
        )
        stack.idle.set()
        return stack

    def _arn(self, resource: str) -> str:
        return arn("cloudformation", self.region_name, self.account_id, resource)

    def _updatable(self, name: str) -> Stack:
        stack = self.stack(name)
        if stack.status not in UPDATABLE:
            raise ValidationError(
                f"Stack:{stack.stack_id} is in {stack.status} state and can not be "
                f"updated."
            )
        return stack

    def _others(self, stack: Stack) -> list[Stack]:
        return [one for one in self.living_stacks() if one is not stack]

    def _target(self, stack: Stack, submission: Submission) -> Target:
        exports = {name: value for name, (_, value) in self.exports().items()}
        clients = server_state.current().clients(self.region_name)
        return target_of(stack, submission, exports, clients)

    def _start(
        self, stack: Stack, verb: str, target: Target, submission: Submission
    ) -> None:
        stack.cancelled.clear()
        stack.request_token = submission.request_token
        stack.role_arn = submission.role_arn
        stack.tags = dict(submission.tags)
        stack.capabilities = list(submission.capabilities)
        stack.notification_arns = list(submission.notification_arns)
        if submission.termination_protection is not None:
            stack.termination_protection = submission.termination_protection
        if verb == "CREATE":
            stack.parameters = target.parameters
            stack.template = target.template
            stack.template_body = target.template_body
            stack.description = target.template.get("Description")
        else:
            stack.updated = utcnow()
        stack.enter(f"{verb}_IN_PROGRESS", "User Initiated")
        operation = Operation(
            stack,
            server_state.current().clients(self.region_name),
            target,
            lambda outputs, imports: check_outputs(
                stack, self._others(stack), outputs, imports
            ),
            submission.disable_rollback,
        )
        self._in_background(stack, lambda: operation.run(verb))

    def _in_background(self, stack: Stack, work: Callable[[], object]) -> None:
        """Run an operation once the one before it has stopped."""
        before, idle = stack.idle, threading.Event()
        stack.idle = idle

        def run() -> None:
            before.wait()
            try:
                work()
            except Exception as error:  # noqa: BLE001  (the stack's history tells it)
                server_state.log.exception("stack %s", stack.name)
                verb = stack.status.partition("_IN_PROGRESS")[0]
                stack.enter(
                    f"{verb}_FAILED",
                    f"Internal error in local AWS: {type(error).__name__}: {error}",
                )
            finally:
                idle.set()

        threading.Thread(target=run, daemon=True).start()
