"""Going through the account, kind by kind, and telling why each resource is there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from cdk_app.naming import Unit, stack_name
from cdk_app.settings import Settings
from operations.leftovers.account import Account
from operations.leftovers.found import Finding, Found, Standing
from operations.leftovers.kinds import KINDS, Kind
from operations.leftovers.kinds.log_groups import SHARED_LOG_GROUPS
from operations.leftovers.scope import Scope
from operations.leftovers.stacks import LiveStack, live_stacks

RETAINED_KINDS: Mapping[str, Unit] = {
    "bucket": "storage",
    "KMS key": "storage",
    "image repository": "training",
}
"""What stays, where storage is retained, of a stack that is deleted: kind, unit."""

STACK_NAME_TAG = "aws:cloudformation:stack-name"


@dataclass(frozen=True)
class Audit:
    """Everything found, and the kinds that could not be read."""

    findings: tuple[Finding, ...]
    unread: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing remains beyond what is declared."""
        return not self.unread and not any(f.counts for f in self.findings)

    def of(self, standing: Standing) -> tuple[Finding, ...]:
        """Return the findings with one standing."""
        return tuple(f for f in self.findings if f.standing is standing)


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
    progress("stacks")
    stacks = live_stacks(account, scope)
    findings = [_of_stack(stack, settings) for stack in stacks]
    unread = []
    for kind in kinds:
        progress(kind.name)
        try:
            findings += _of_kind(account, kind, scope, stacks, settings)
        except (ClientError, BotoCoreError) as error:
            unread.append(f"{kind.name}: {error}")
    return Audit(tuple(findings), tuple(unread))


def _of_stack(stack: LiveStack, settings: Settings) -> Finding:
    if not stack.is_owned:
        return Finding(stack.found, Standing.BY_NAME)
    is_declared = stack.found.name in _retained_stacks(settings)
    return Finding(stack.found, Standing.DECLARED if is_declared else Standing.DEPLOYED)


def _of_kind(
    account: Account,
    kind: Kind,
    scope: Scope,
    stacks: Sequence[LiveStack],
    settings: Settings,
) -> Iterator[Finding]:
    for found in kind.find(account):
        stack = _stack_of(found, stacks)
        if stack:
            retained = stack in _retained_stacks(settings)
            standing = Standing.DECLARED if retained else Standing.DEPLOYED
        elif scope.owns(found.tags):
            retained = _is_retained(found, settings)
            standing = Standing.DECLARED if retained else Standing.LEFTOVER
        elif found.name in SHARED_LOG_GROUPS:
            standing = Standing.SHARED
        elif scope.names(found.name):
            standing = Standing.BY_NAME
        else:
            continue
        yield Finding(kind.measure(account, found), standing, stack)


def _stack_of(found: Found, stacks: Sequence[LiveStack]) -> str:
    """Return the owned stack that holds a resource, by its tag or by its id."""
    ids = {text.lower() for text in (found.name, found.arn, found.physical_id) if text}
    for stack in stacks:
        if not stack.is_owned:
            continue
        if found.tags.get(STACK_NAME_TAG) == stack.found.name:
            return stack.found.name
        if ids & stack.physical_ids:
            return stack.found.name
    return ""


def _retained_stacks(settings: Settings) -> tuple[str, ...]:
    if not settings.storage.retain:
        return ()
    return (stack_name(settings.environment, "storage"),)


def _is_retained(found: Found, settings: Settings) -> bool:
    """Tell whether a resource stayed of a stack that is itself gone."""
    if not settings.storage.retain or found.kind not in RETAINED_KINDS:
        return False
    stack = stack_name(settings.environment, RETAINED_KINDS[found.kind])
    return found.tags.get(STACK_NAME_TAG) == stack or found.name.startswith(f"{stack}-")
