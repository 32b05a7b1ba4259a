"""``fraud review``: write what a reviewer reads, fail on what is open."""

import argparse
import contextlib
import io
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from cdk_app.settings import SettingsError, environment_names, load
from review import baselines, changes, documents, report
from review.assembly import ROOT, Assembly, ReviewError, synthesize
from review.cost.command import main as estimate_cost
from review.cost.estimate import DEFAULT_REGION
from review.lint import lint
from review.permissions import open_wildcards, statements

REPORTS = ROOT / "out"
PASSED, FAILED, MISUSED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 if something is open, 2 on a mistake in its use."""
    options = _parser().parse_args(arguments)
    names = [options.env] if options.env else environment_names()
    try:
        passed = [_review(name, check=options.check) for name in names]
        if not options.check:
            documents.write()
        elif stale := documents.stale():
            _say_stale(str(path.relative_to(ROOT)) for path in stale)
            passed.append(False)
    except (SettingsError, ReviewError) as error:
        print(error, file=sys.stderr)
        return MISUSED
    return PASSED if all(passed) else FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fraud review",
        description="Synthesize for review. Checks the templates with cdk-nag, "
        "cfn-lint, the IAM wildcard list and the cost ceiling, and writes the "
        "templates to docs/templates/<env>, docs/iam.md, docs/policies and the review "
        "to out/review-<env>.md. Exits 1 when a finding is open.",
    )
    parser.add_argument("--env", help="environment; default: all of them")
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; also exit 1 when what is stored differs from synth",
    )
    return parser


def _review(environment: str, *, check: bool) -> bool:
    packs = load(environment).review.rule_packs
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        assembly = synthesize(environment, directory)
        cost, cost_passed = _cost(environment, directory)
        findings = (
            *assembly.findings,
            *lint(assembly, directory),
            *open_wildcards(assembly.templates),
        )
    review = report.Review(
        environment=environment,
        rule_packs=packs,
        findings=findings,
        acceptances=tuple(
            item for item in assembly.acceptances if item.rule.startswith(packs)
        ),
        changes=tuple(
            changes.changes(baselines.last_version(assembly), assembly.templates)
        ),
        statements=tuple(statements(assembly.templates)),
        cost=cost,
        cost_passed=cost_passed,
    )
    print(report.summary(review))
    up_to_date = _compare(assembly) if check else _write(assembly, review)
    return review.passed and up_to_date


def _cost(environment: str, templates: Path) -> tuple[str, bool]:
    printed = io.StringIO()
    # The same on every machine: a shell's region must not change the review.
    region = load(environment).aws.region or DEFAULT_REGION
    chosen = ["--env", environment, "--region", region]
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        status = estimate_cost([*chosen, "--templates", str(templates)])
    return printed.getvalue(), status == 0


def _compare(assembly: Assembly) -> bool:
    stale = baselines.stale(assembly)
    if stale:
        _say_stale(f"docs/templates/{assembly.environment}/{name}" for name in stale)
    return not stale


def _say_stale(names: Iterable[str]) -> None:
    for name in names:
        print(f"  {name} is not what synth writes: run 'make review' and commit it.")


def _write(assembly: Assembly, review: report.Review) -> bool:
    baselines.write(assembly)
    REPORTS.mkdir(exist_ok=True)
    path = REPORTS / f"review-{assembly.environment}.md"
    path.write_text(report.markdown(review), encoding="utf-8")
    print(f"  wrote {path.relative_to(ROOT)} and docs/templates/{assembly.environment}")
    return True
