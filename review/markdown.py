"""The review of one environment, as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

from review.assembly import Acceptance, Finding
from review.changes import Change, Effect
from review.documents import permissions_table
from review.permissions import Statement


@dataclass(frozen=True)
class Review:
    """Everything that a reviewer of one environment reads."""

    environment: str
    region: str
    rule_packs: tuple[str, ...]
    findings: tuple[Finding, ...]
    acceptances: tuple[Acceptance, ...]
    changes: tuple[Change, ...]
    statements: tuple[Statement, ...]
    cost: str
    cost_problems: tuple[str, ...]
    #: A month with autoscaling at its maximum, and what it may cost.
    maximum_usd: float
    ceiling_usd: float
    #: What people have to decide before the environment is production.
    to_decide: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing is open."""
        return not self.cost_problems and not self.findings


def markdown(review: Review) -> str:
    """Return the whole review."""
    return (
        "\n".join(
            [
                f"# Review of {review.environment}",
                "",
                *_findings(review),
                *_decisions(review),
                *_changes(review.changes),
                "## Permissions",
                "",
                *permissions_table(review.statements),
                "",
                *_acceptances(review.acceptances),
                "## Cost",
                "",
                "```",
                review.cost.strip(),
                "```",
                "",
                *(f"- {problem}" for problem in review.cost_problems),
            ]
        ).rstrip()
        + "\n"
    )


def summary(review: Review) -> str:
    """Return a few lines of at most 80 columns for the terminal."""
    effects = [change.effect for change in review.changes]
    counted = ", ".join(
        f"{effects.count(effect)} {word}"
        for effect, word in _EFFECTS.items()
        if effects.count(effect)
    )
    lines = [
        f"{review.environment}: {len(effects)} resources ({counted})",
        f"  rules: {', '.join((*review.rule_packs, 'cfn-lint', 'IAM'))}",
        (
            f"  {len(review.findings)} findings open, "
            f"{len(review.acceptances)} accepted with a reason"
        ),
        (
            f"  cost in {review.region}: "
            f"{'NOT PASSED' if review.cost_problems else 'within the ceiling'}, "
            f"{review.maximum_usd:,.2f} of {review.ceiling_usd:,.2f} USD a month"
        ),
        *(f"    {problem}" for problem in review.cost_problems),
        *(f"  to decide: {item}" for item in review.to_decide),
    ]
    for finding in review.findings:
        lines += [
            f"  {finding.rule}",
            f"    {finding.resource}",
            f"    {finding.message}",
        ]
    return "\n".join(lines)


_EFFECTS: dict[Effect, str] = {
    "replace": "replaced",
    "remove": "removed",
    "remove, keep": "removed but kept",
    "add": "added",
    "update": "updated",
    "none": "unchanged",
}


def _findings(review: Review) -> list[str]:
    lines = [
        "## Open findings",
        "",
        (
            f"Checked against {', '.join(review.rule_packs)} (cdk-nag), cfn-lint and "
            "the IAM wildcard list."
        ),
        "",
    ]
    if not review.findings:
        return [*lines, "None.", ""]
    lines += ["| check | rule | resource | finding |", "|---|---|---|---|"]
    lines += [
        f"| {item.check} | {item.rule} | `{item.resource}` | {item.message} |"
        for item in review.findings
    ]
    return [*lines, ""]


def _decisions(review: Review) -> list[str]:
    if not review.to_decide:
        return []
    listed = [f"- {item}" for item in review.to_decide]
    return ["## To decide before production", "", *listed, ""]


def _changes(changes: Sequence[Change]) -> list[str]:
    lines = [
        "## Resources",
        "",
        (
            "Against the templates of the last commit. Replaced resources get a new "
            "physical id; a new `ModelArtifactUri` replaces model and endpoint "
            "configuration and updates the endpoint without any change here."
        ),
        "",
        "| stack | resource | type | effect | because of |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {item.stack} | {item.logical_id} | {item.type} | {item.effect} | "
        f"{', '.join(item.properties)} |"
        for item in changes
    ]
    return [*lines, ""]


def _acceptances(acceptances: Sequence[Acceptance]) -> list[str]:
    lines = [
        f"## Accepted findings ({len(acceptances)})",
        "",
        "Each on one resource, none on a whole stack.",
        "",
        "| rule | resource | reason |",
        "|---|---|---|",
    ]
    lines += [
        f"| {item.rule} | `{item.resource}` | {item.reason} |" for item in acceptances
    ]
    return [*lines, ""]
