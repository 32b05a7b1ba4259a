"""Going through the account, kind by kind; and deleting what is left over."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from cdk_app.naming import Unit, stack_name
from cdk_app.settings import Settings
from operations.account.errors import OperationError, describe_refusal
from operations.leftovers.account import Account
from operations.leftovers.kinds import KINDS
from operations.leftovers.kinds.monitoring import SHARED_LOG_GROUPS
from operations.leftovers.ownership import LiveStack, Scope, live_stacks
from operations.leftovers.resources import AuditedResource, Kind, Resource, Standing

#: What stays, where storage is retained, of a stack that is deleted: kind, unit.
RETAINED_KINDS: Mapping[str, Unit] = {
    "bucket": "storage",
    "KMS key": "storage",
    "DynamoDB table": "storage",
    "secret": "storage",
    "image repository": "training",
}

STACK_NAME_TAG = "aws:cloudformation:stack-name"


@dataclass(frozen=True)
class Audit:
    """Everything resource, and the kinds that could not be read."""

    resources: tuple[AuditedResource, ...]
    unread: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing remains beyond what is declared."""
        return not self.unread and not any(r.counts for r in self.resources)

    def of(self, standing: Standing) -> tuple[AuditedResource, ...]:
        """Return the resources with one standing."""
        return tuple(r for r in self.resources if r.standing is standing)


def audit(
    account: Account,
    settings: Settings,
    *,
    progress: Callable[[str], None] = lambda _: None,
    kinds: Sequence[Kind] = KINDS,
) -> Audit:
    """Find what belongs to an environment, by tags, by stack and by name.

    A kind that cannot be read (no permission) makes the audit incomplete, and so
    not clean: nothing is proven about it.
    """
    scope = Scope(settings.environment)
    progress("tags")
    account.read_tags()
    progress("stacks")
    stacks = live_stacks(account, scope)
    resources = [_of_stack(stack, settings) for stack in stacks]
    unread = []
    for kind in kinds:
        progress(kind.name)
        try:
            resources += _of_kind(account, kind, scope, stacks, settings)
        except (ClientError, BotoCoreError, OperationError) as error:
            unread.append(f"{kind.name}: {_reason(error)}")
    return Audit(tuple(resources), tuple(unread))


def _of_stack(stack: LiveStack, settings: Settings) -> AuditedResource:
    if not stack.is_owned:
        return AuditedResource(stack.resource, Standing.BY_NAME)
    is_declared = stack.resource.name in _retained_stacks(settings)
    return AuditedResource(
        stack.resource, Standing.DECLARED if is_declared else Standing.DEPLOYED
    )


def _of_kind(
    account: Account,
    kind: Kind,
    scope: Scope,
    stacks: Sequence[LiveStack],
    settings: Settings,
) -> Iterator[AuditedResource]:
    for resource in kind.find(account):
        stack = _stack_of(resource, stacks)
        if stack:
            retained = stack in _retained_stacks(settings)
            standing = Standing.DECLARED if retained else Standing.DEPLOYED
        elif scope.owns(resource.tags):
            retained = _is_retained(resource, settings)
            standing = Standing.DECLARED if retained else Standing.LEFTOVER
        elif resource.name in SHARED_LOG_GROUPS:
            standing = Standing.SHARED
        elif scope.names(resource.name):
            standing = Standing.BY_NAME
        else:
            continue
        yield AuditedResource(kind.measure(account, resource), standing, stack)


def _stack_of(resource: Resource, stacks: Sequence[LiveStack]) -> str:
    """Return the owned stack that holds a resource, by its tag or by its id."""
    ids = {
        text.lower()
        for text in (resource.name, resource.arn, resource.physical_id)
        if text
    }
    for stack in stacks:
        if not stack.is_owned:
            continue
        if resource.tags.get(STACK_NAME_TAG) == stack.resource.name:
            return stack.resource.name
        if ids & stack.physical_ids:
            return stack.resource.name
    return ""


def _retained_stacks(settings: Settings) -> tuple[str, ...]:
    if not settings.storage.retain:
        return ()
    return (stack_name(settings.environment, "storage"),)


def _is_retained(resource: Resource, settings: Settings) -> bool:
    """Whether a resource stayed of a stack that is itself gone."""
    if not settings.storage.retain or resource.kind not in RETAINED_KINDS:
        return False
    stack = stack_name(settings.environment, RETAINED_KINDS[resource.kind])
    return (
        resource.tags.get(STACK_NAME_TAG) == stack
        or resource.name.startswith(f"{stack}-")
        # A key has no name, its alias goes with the stack, and an environment has one.
        or resource.kind == "KMS key"
    )


def remove(
    account: Account,
    resources: Sequence[AuditedResource],
    *,
    report: Callable[[str], None],
    kinds: Sequence[Kind] = KINDS,
) -> int:
    """Delete what is tagged and in no stack; return how many could not be deleted.

    One that cannot be deleted is reported with AWS's reason, and the rest goes on.
    """
    failures = 0
    for kind in kinds:
        for audited in resources:
            resource = audited.resource
            if resource.kind != kind.name or audited.standing is not Standing.LEFTOVER:
                continue
            try:
                outcome = kind.delete(account, resource)
            except (ClientError, BotoCoreError, OperationError) as error:
                failures += 1
                outcome = f"NOT deleted: {_reason(error)}"
            report(f"{resource.kind} {resource.name}: {outcome}")
    return failures


def _reason(error: Exception) -> str:
    return describe_refusal(error) if isinstance(error, ClientError) else str(error)
