"""``fraud review``: write what a reviewer reads, fail on what is open."""

import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from cdk_app import prices
from cdk_app.settings import Settings, SettingsError, environment_names, load
from review import baselines, changes, documents, markdown
from review.assembly import ROOT, Assembly, ReviewError, synthesize
from review.cost import gate, table
from review.cost.estimate import Estimate, estimate
from review.cost.templates import TemplateError, read_resources
from review.cost.workload import Workload
from review.lint import lint
from review.options import parser
from review.permissions import open_wildcards, statements
from review.region import region_of
from review.settings_findings import accepted_user, open_subscribers, to_decide

REPORTS = ROOT / "out"
PASSED, FAILED, MISUSED = 0, 1, 2
_MISTAKES = (SettingsError, ReviewError, TemplateError, prices.PriceFileError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 if something is open, 2 on a mistake in its use."""
    options = parser().parse_args(arguments)
    names = [options.env] if options.env else environment_names()
    statuses = [_status(name, check=options.check) for name in names]
    try:
        if not options.check:
            for path in documents.write():
                print(f"wrote {path.relative_to(ROOT)}")
        elif stale := documents.stale():
            _say_stale(str(path.relative_to(ROOT)) for path in stale)
            statuses.append(FAILED)
    except _MISTAKES as error:
        print(f"error: {error}", file=sys.stderr)
        statuses.append(MISUSED)
    return max(statuses)


def _status(environment: str, *, check: bool) -> int:
    """Review one environment; a mistake in its file is no reason to skip the others."""
    try:
        return PASSED if _review(environment, check=check) else FAILED
    except _MISTAKES as error:
        print(f"error: {error}", file=sys.stderr)
        return MISUSED


def _review(environment: str, *, check: bool) -> bool:
    settings, known = load(environment), prices.load()
    packs = settings.review.rule_packs
    ceiling_usd = settings.cost.monthly_cost_ceiling_usd
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        assembly = synthesize(environment, directory)
        month = _month(settings, directory, known)
        findings = (
            *assembly.findings,
            *lint(assembly, month.region),
            *open_wildcards(assembly.templates),
            *open_subscribers(settings),
        )
    review = markdown.Review(
        environment=environment,
        region=month.region,
        rule_packs=packs,
        findings=findings,
        acceptances=(
            *(item for item in assembly.acceptances if item.rule.startswith(packs)),
            *accepted_user(settings),
        ),
        changes=tuple(
            changes.changes(baselines.last_version(assembly), assembly.templates)
        ),
        statements=tuple(statements(assembly.templates)),
        cost=table.itemised(month, known, ceiling_usd),
        to_decide=to_decide(settings),
        cost_problems=tuple(gate.problems(month, ceiling_usd)),
        maximum_usd=month.maximum_usd,
        ceiling_usd=ceiling_usd,
    )
    print(markdown.summary(review))
    up_to_date = _compare(assembly) if check else _write(assembly, review)
    return review.passed and up_to_date


def _month(settings: Settings, templates: Path, known: prices.PriceList) -> Estimate:
    resources = read_resources(templates, settings.environment)
    return estimate(settings, resources, known, region_of(settings), Workload())


def _compare(assembly: Assembly) -> bool:
    stale = baselines.stale(assembly)
    if stale:
        _say_stale(f"docs/templates/{assembly.environment}/{name}" for name in stale)
    return not stale


def _say_stale(names: Iterable[str]) -> None:
    for name in names:
        print(f"  {name} is not what synth writes: run 'make review' and commit it.")


def _write(assembly: Assembly, review: markdown.Review) -> bool:
    baselines.write(assembly)
    REPORTS.mkdir(exist_ok=True)
    path = REPORTS / f"review-{assembly.environment}.md"
    path.write_text(markdown.markdown(review), encoding="utf-8")
    print(f"  wrote {path.relative_to(ROOT)} and docs/templates/{assembly.environment}")
    return True
