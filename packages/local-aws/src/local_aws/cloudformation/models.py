"""CloudFormation: stacks, change sets and exports of one account and region.

moto's own CloudFormation creates resources while it parses, knows no failure, no
rollback and no waiting, and registers no outputs on the change-set path; so this one
has its own engine (`operations`) behind the same anatomy.
"""

import threading
import uuid
from collections.abc import Callable, Mapping

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.utils import utcnow

from local_aws import context
from local_aws.cloudformation import plan
from local_aws.cloudformation.deletion import delete_stack
from local_aws.cloudformation.errors import (
    AlreadyExistsError,
    ChangeSetNotFoundError,
    InvalidChangeSetStatusError,
    ValidationError,
)
from local_aws.cloudformation.exports import (
    check_deletion,
    check_outputs,
    exports_of,
    importers,
)
from local_aws.cloudformation.operations import Operation
from local_aws.cloudformation.stack import ChangeSet, Stack
from local_aws.cloudformation.submission import (
    Submission,
    Target,
    has_changes,
    target_of,
)
from local_aws.partitions import arn

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information "
    "to create a change set."
)
# How long a call that starts an operation waits for it. The CDK CLI looks for the end
# at once and then every five seconds, and most operations here take less than this.
GRACE_SECONDS = 2.0
UPDATABLE = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
}


class CloudFormationBackend(BaseBackend):
    """Stacks of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.stacks: dict[str, Stack] = {}
        self.change_sets: dict[str, ChangeSet] = {}
        self._lock = threading.RLock()

    # Stacks

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
        if delete_stack(stack, context.current().clients(self.region_name)):
            stack.outputs = []
            stack.imports = set()
            stack.deleted = utcnow()
            self._forget_change_sets(stack)
            stack.enter("DELETE_COMPLETE")

    # Change sets

    def create_change_set(
        self,
        stack_name: str,
        name: str,
        kind: str,
        description: str | None,
        submission: Submission,
    ) -> ChangeSet:
        """Find out what a submission would change."""
        if kind not in {"CREATE", "UPDATE"}:
            raise ValidationError(
                f"Local AWS does not import resources: a change set of type {kind} "
                "is not supported."
            )
        with self._lock:
            stack = self._stack_to_change(stack_name, kind)
            if any(
                one.name == name and one.stack is stack
                for one in self.change_sets.values()
            ):
                raise AlreadyExistsError(f"ChangeSet {name} already exists")
            target = self._target(stack, submission)
            change_set = ChangeSet(
                change_set_id=self._arn(f"changeSet/{name}/{uuid.uuid4()}"),
                name=name,
                type=kind,
                stack=stack,
                template_body=target.template_body,
                template=target.template,
                parameters=target.parameters,
                tags=dict(submission.tags),
                role_arn=submission.role_arn,
                description=description,
                capabilities=list(submission.capabilities),
                notification_arns=list(submission.notification_arns),
                changes=plan.changes(stack, target.template, target.scope),
            )
            if kind == "UPDATE" and not has_changes(stack, target, submission):
                change_set.status = "FAILED"
                change_set.execution_status = "UNAVAILABLE"
                change_set.status_reason = NO_CHANGES
            if stack.stack_id not in self.stacks:
                self.stacks[stack.stack_id] = stack
                stack.enter("REVIEW_IN_PROGRESS", "User Initiated")
            self.change_sets[change_set.change_set_id] = change_set
        return change_set

    def change_set(self, name_or_id: str, stack_name: str | None) -> ChangeSet:
        """Return a change set by id, or by name and stack."""
        if change_set := self.change_sets.get(name_or_id):
            return change_set
        for change_set in self.change_sets.values():
            stack = change_set.stack
            names = {stack.name, stack.stack_id}
            if change_set.name == name_or_id and stack_name in names:
                return change_set
        raise ChangeSetNotFoundError(f"ChangeSet [{name_or_id}] does not exist")

    def delete_change_set(self, name_or_id: str, stack_name: str | None) -> None:
        """Forget a change set; one that does not exist is no error."""
        try:
            change_set = self.change_set(name_or_id, stack_name)
        except ChangeSetNotFoundError:
            return
        self.change_sets.pop(change_set.change_set_id, None)

    def execute_change_set(
        self,
        name_or_id: str,
        stack_name: str | None,
        *,
        disable_rollback: bool,
        request_token: str | None,
    ) -> None:
        """Start the changes of a change set."""
        with self._lock:
            change_set = self.change_set(name_or_id, stack_name)
            if change_set.execution_status != "AVAILABLE":
                raise InvalidChangeSetStatusError(
                    f"ChangeSet [{change_set.change_set_id}] cannot be executed in its "
                    f"current status of [{change_set.status}]"
                )
            stack = change_set.stack
            if change_set.type == "UPDATE":
                self._updatable(stack.stack_id)
            submission = Submission(
                change_set.template_body,
                _as_list(change_set.parameters),
                change_set.tags,
                change_set.role_arn,
                change_set.capabilities,
                change_set.notification_arns,
                disable_rollback=disable_rollback,
                request_token=request_token,
            )
            target = self._target(stack, submission)
            change_set.execution_status = "EXECUTE_COMPLETE"
            stack.change_set_id = change_set.change_set_id
            # A stack's other change sets are for a state that is no more.
            self._forget_change_sets(stack, but=change_set)
            self._start(stack, change_set.type, target, submission)

    def _forget_change_sets(self, stack: Stack, but: ChangeSet | None = None) -> None:
        for change_set in list(self.change_sets.values()):
            if change_set.stack is stack and change_set is not but:
                del self.change_sets[change_set.change_set_id]

    def _stack_to_change(self, name: str, kind: str) -> Stack:
        existing = [
            one for one in self.living_stacks() if name in {one.name, one.stack_id}
        ]
        if kind == "UPDATE":
            return self._updatable(name)
        if not existing:
            return self._new_stack(name)
        if existing[0].status != "REVIEW_IN_PROGRESS":
            raise ValidationError(
                f"Stack [{name}] already exists and cannot be created again with the "
                f"changeSet [{kind}]."
            )
        return existing[0]

    # Shared steps

    def _new_stack(self, name: str) -> Stack:
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
        clients = context.current().clients(self.region_name)
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
            context.current().clients(self.region_name),
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
                context.log.exception("stack %s", stack.name)
                verb = stack.status.partition("_IN_PROGRESS")[0]
                stack.enter(
                    f"{verb}_FAILED",
                    f"Internal error in local AWS: {type(error).__name__}: {error}",
                )
            finally:
                idle.set()

        threading.Thread(target=run, daemon=True).start()


def _as_list(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"ParameterKey": key, "ParameterValue": value} for key, value in values.items()
    ]


cloudformation_backends = BackendDict(CloudFormationBackend, "cloudformation")
