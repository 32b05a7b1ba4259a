"""The audit as a table; only names and details may pass 80 columns."""

from collections.abc import Iterable

from operations.leftovers.audit import Audit
from operations.leftovers.found import Finding, Standing

_EXPLANATIONS = {
    Standing.LEFTOVER: "in no stack; --delete removes them",
    Standing.DEPLOYED: "in a stack; 'npx cdk destroy' removes them",
    Standing.DECLARED: "kept, as the settings say",
    Standing.BY_NAME: "the name matches, the tags do not; look at them yourself",
    Standing.SHARED: "of the whole account; never removed",
}


def table(audit: Audit) -> str:
    """Return every finding with its monthly cost, grouped by standing."""
    lines: list[str] = []
    for standing, explanation in _EXPLANATIONS.items():
        findings = audit.of(standing)
        if findings:
            lines += [f"{standing.upper()}: {explanation}", *_rows(findings), ""]
    lines += [f"UNREAD: {reason}" for reason in audit.unread]
    counted = [finding for finding in audit.findings if finding.counts]
    if audit.is_clean:
        lines.append("Clean: nothing remains beyond what is declared.")
    elif counted:
        lines.append(f"{len(counted)} remain, {_total(counted)} USD a month.")
    else:
        lines.append("Not proven clean: what could not be read may remain.")
    return "\n".join(lines)


def _rows(findings: Iterable[Finding]) -> Iterable[str]:
    for finding in findings:
        found = finding.found
        usd = "unknown" if found.monthly_usd is None else f"{found.monthly_usd:,.2f}"
        yield f"  {found.kind:<18}{usd:>9} USD  {found.name}"
        if found.detail:
            yield f"{'':<35}{found.detail}"


def _total(findings: Iterable[Finding]) -> str:
    costs = [finding.found.monthly_usd for finding in findings]
    known = f"{sum(cost for cost in costs if cost is not None):,.2f}"
    return f"{known} and unknown" if None in costs else known
