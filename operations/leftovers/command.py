"""``fraud leftovers``: what remains after destroy, and its removal."""

import sys
import textwrap
from collections.abc import Iterable, Sequence

from artifact.printable import printable
from cdk_app import prices
from cdk_app.settings import Settings, SettingsError, load
from operations.account.errors import OperationError, explained
from operations.account.session import environment_session
from operations.leftovers.account import Account
from operations.leftovers.audit import Audit, audit, remove
from operations.leftovers.options import parser
from operations.leftovers.resources import AuditedResource, Standing

CLEAN, REMAINS, FAILED = 0, 1, 2
_WIDTH_COLUMNS = 79


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the audit; return 0 if clean, 1 if something remains, 2 if it failed."""
    options = parser().parse_args(arguments)
    try:
        settings = load(options.env)
        session = environment_session(settings, options.region)
        account = Account(prices.load(), session)
        with explained():
            return _audit(account, settings, delete=options.delete)
    except (SettingsError, OperationError, prices.PriceFileError) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
    return FAILED


def _audit(account: Account, settings: Settings, *, delete: bool) -> int:
    print(f"{settings.environment} in {account.region}, account {account.id}\n")
    result = audit(account, settings, progress=_progress())
    print(printable(table(result)))
    leftovers = result.of(Standing.LEFTOVER)
    if not delete or not leftovers:
        return CLEAN if result.is_clean else REMAINS
    if not _confirmed(settings.environment, len(leftovers)):
        print("Nothing was deleted.")
        return REMAINS
    failures = remove(account, leftovers, report=lambda said: print(printable(said)))
    return CLEAN if not failures and _nothing_else_remains(result) else REMAINS


def _nothing_else_remains(result: Audit) -> bool:
    return not result.unread and not result.of(Standing.DEPLOYED)


def _confirmed(environment: str, count: int) -> bool:
    print(f"\nThis deletes the {count} under LEFTOVER for good.")
    print(f"Type the environment's name, {environment}, to go on: ", end="", flush=True)
    typed = sys.stdin.readline().strip()
    if not sys.stdin.isatty():
        print()  # on a terminal, the typed return ends the line
    return typed == environment


def _progress() -> "Progress":
    return Progress(is_terminal=sys.stderr.isatty())


class Progress:
    """Shows on a terminal what is being read; silent elsewhere."""

    def __init__(self, *, is_terminal: bool) -> None:
        self._is_terminal = is_terminal

    def __call__(self, kind: str) -> None:
        """Show ``kind`` in place of the one before."""
        if self._is_terminal:
            print(f"\r\033[Kreading: {kind}", end="\r", file=sys.stderr, flush=True)


_EXPLANATIONS = {
    Standing.LEFTOVER: "in no stack; --delete removes them",
    Standing.DEPLOYED: "in a stack; 'npx cdk destroy' removes them",
    Standing.DECLARED: "kept, as the settings say",
    Standing.BY_NAME: "the name matches, the tags do not; look at them yourself",
    Standing.SHARED: "of the whole account; never removed",
}


def table(audit: Audit) -> str:
    """Return every audited with its monthly cost, grouped by standing."""
    lines: list[str] = []
    for standing, explanation in _EXPLANATIONS.items():
        resources = audit.of(standing)
        if resources:
            lines += [f"{standing.upper()}: {explanation}", *_rows(resources), ""]
    lines += [f"UNREAD: {reason}" for reason in audit.unread]
    counted = [audited for audited in audit.resources if audited.counts]
    if audit.is_clean:
        lines.append("Clean: nothing remains beyond what is declared.")
    elif counted:
        lines.append(f"{len(counted)} remain, {_total(counted)} USD a month.")
    else:
        lines.append("Not proven clean: what could not be read may remain.")
    return "\n".join(lines)


def _rows(resources: Iterable[AuditedResource]) -> Iterable[str]:
    for audited in resources:
        resource = audited.resource
        usd = (
            "unknown"
            if resource.monthly_usd is None
            else f"{resource.monthly_usd:,.2f}"
        )
        row = f"  {resource.kind:<18}{usd:>9} USD  "
        if len(row) + len(resource.name) <= _WIDTH_COLUMNS:
            yield f"{row}{resource.name}"
        else:
            # On a line of its own, whole: names are copied.
            yield row.rstrip()
            yield f"    {resource.name}"
        if resource.detail:
            indent = " " * len(row)
            yield textwrap.fill(
                resource.detail,
                _WIDTH_COLUMNS,
                initial_indent=indent,
                subsequent_indent=indent,
                break_long_words=False,
                break_on_hyphens=False,
            )


def _total(resources: Iterable[AuditedResource]) -> str:
    costs = [audited.resource.monthly_usd for audited in resources]
    known = f"{sum(cost for cost in costs if cost is not None):,.2f}"
    return f"{known} and unknown" if None in costs else known
