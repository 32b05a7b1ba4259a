"""Deleting leftovers, one by one, in an order that works."""

from collections.abc import Callable, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from operations.leftovers.account import Account
from operations.leftovers.found import Finding, Standing
from operations.leftovers.kinds import KINDS, Kind


def remove(
    account: Account,
    findings: Sequence[Finding],
    *,
    tell: Callable[[str], None],
    kinds: Sequence[Kind] = KINDS,
) -> int:
    """Delete what is tagged and in no stack; return how many could not be deleted.

    One that cannot be deleted is told with AWS's reason, and the rest goes on.
    """
    failures = 0
    for kind in kinds:
        for finding in findings:
            found = finding.found
            if found.kind != kind.name or finding.standing is not Standing.LEFTOVER:
                continue
            try:
                outcome = kind.delete(account, found)
            except (ClientError, BotoCoreError) as error:
                failures += 1
                outcome = f"NOT deleted: {error}"
            tell(f"{found.kind} {found.name}: {outcome}")
    return failures
