"""CloudFormation's backend: stacks, and the change sets that become of them."""

import uuid
from collections.abc import Mapping

from moto.core.base_backend import BackendDict

from local_aws.cloudformation import plan
from local_aws.cloudformation.errors import (
    AlreadyExistsError,
    ChangeSetNotFoundError,
    InvalidChangeSetStatusError,
    ValidationError,
)
from local_aws.cloudformation.stack import ChangeSet, Stack
from local_aws.cloudformation.stack_backend import StackBackend
from local_aws.cloudformation.submission import Submission, has_changes

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information "
    "to create a change set."
)


class CloudFormationBackend(StackBackend):
    """Stacks and change sets of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.change_sets: dict[str, ChangeSet] = {}

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

    def _delete(self, stack: Stack) -> None:
        super()._delete(stack)
        if stack.status == "DELETE_COMPLETE":
            self._forget_change_sets(stack)


def _as_list(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"ParameterKey": key, "ParameterValue": value} for key, value in values.items()
    ]


cloudformation_backends = BackendDict(CloudFormationBackend, "cloudformation")
