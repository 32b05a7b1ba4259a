"""Verify a deployment: what is live is what the stack and the artifact say.

CloudFormation can report success though SageMaker rolled an update back, an
endpoint can be changed by hand, and a deployment of a new artifact keeps the rule
of the old one. ``fraud verify`` tells all of that after the fact.
"""

import argparse
import sys
import textwrap
from collections.abc import Iterator, Sequence

import boto3

from artifact.errors import ArtifactError
from cdk_app.settings import SettingsError, load
from operations.account.errors import CallError
from operations.account.session import aws_session
from operations.account.stacks import read_stack
from operations.verify.checks import CHECKS, Deployment, Finding

_WIDTH = 80
_NAME_WIDTH = max(map(len, CHECKS)) + 2


def verify(
    session: boto3.Session, environment: str
) -> Iterator[tuple[str, bool, Finding]]:
    """Make each check; yield its name, whether it passed, and what it found.

    Raises
    ------
    CallError
        If the environment has no serving stack, before any check.
    """
    deployment = Deployment(session, environment, read_stack(session, environment))
    told: set[str] = set()
    for name, check in CHECKS.items():
        try:
            finding = check(deployment)
            passed = not finding.remedy
        except (CallError, ArtifactError) as error:
            passed, reason = False, str(error)
            known = reason in told
            finding = Finding("not checked, for the reason above" if known else reason)
            told.add(reason)
        yield name, passed, finding


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    failed: list[str] = []
    try:
        settings = load(options.env)
        session = aws_session(settings.aws.region)
        for name, passed, finding in verify(session, options.env):
            print(_line(name, finding, passed=passed), flush=True)
            if not passed:
                failed.append(name)
    except (CallError, SettingsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if failed:
        print(f"\n{len(failed)} of {len(CHECKS)} checks failed: {', '.join(failed)}.")
        return 1
    print(f"\nAll {len(CHECKS)} checks passed.")
    return 0


def _line(name: str, finding: Finding, *, passed: bool) -> str:
    start = f"{'ok' if passed else 'FAIL':<6}{name:<{_NAME_WIDTH}}"
    indent = " " * len(start)
    lines = [_wrapped(start + finding.said, indent)]
    if finding.remedy:
        lines.append(_wrapped(f"{indent}Remedy: {finding.remedy}", indent))
    if finding.command:  # on one line, to be copied
        lines.append(f"{indent}{finding.command}")
    return "\n".join(lines)


def _wrapped(text: str, indent: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fraud verify",
        description="Verify an environment's live endpoint after a deployment: in "
        "service, on the configuration and artifact that the stack says, the "
        "artifact as pinned, its self-test row answered as recorded, and its decision "
        "rule published or set by hand. One line a check, with what differs and the "
        "remedy.",
        epilog="Exit status: 0 when all checks pass, 1 when one fails or AWS cannot "
        "be asked, 2 for a wrong option.",
    )
    parser.add_argument("--env", default="dev", help="environment (default: dev)")
    return parser
