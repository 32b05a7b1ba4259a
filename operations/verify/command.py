"""Verify a deployment: what is live is what the stack and the artifact say.

CloudFormation can report success though SageMaker rolled an update back, an
endpoint can be changed by hand, and a deployment of a new artifact keeps the rule
of the old one. ``fraud verify`` shows all of that after the fact.
"""

import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence

import boto3

from artifact.errors import ArtifactError
from artifact.printable import printable
from cdk_app.settings import SettingsError, load
from operations.account.errors import OperationError
from operations.account.session import environment_session
from operations.account.stacks import read_stack
from operations.verify.checks import CHECKS
from operations.verify.histories import check_histories
from operations.verify.live_endpoint import CheckResult, LiveEndpoint
from operations.verify.options import parser

_WIDTH = 80
_NAME_WIDTH = max(map(len, CHECKS)) + 2


def verify(
    session: boto3.Session, environment: str
) -> Iterator[tuple[str, bool, CheckResult]]:
    """Make each check; yield its name, whether it passed, and what it found.

    Raises
    ------
    OperationError
        If the environment has no serving stack, before any check.
    """
    live = LiveEndpoint(session, environment, read_stack(session, environment))
    reported: set[str] = set()
    for name, check in _checks_of(live):
        try:
            result = check(live)
            passed = not result.remedy
        except (OperationError, ArtifactError) as error:
            passed, reason = False, str(error)
            known = reason in reported
            result = CheckResult(
                "not checked, for the reason above" if known else reason
            )
            reported.add(reason)
        yield name, passed, result


def _checks_of(
    live: LiveEndpoint,
) -> Iterator[tuple[str, Callable[[LiveEndpoint], CheckResult]]]:
    """Yield all checks; that of histories only for a model that looks at them."""
    yield from CHECKS.items()
    try:
        looks_at_histories = live.artifact.manifest.history is not None
    except (OperationError, ArtifactError):
        return  # said by the checks before
    if looks_at_histories:
        yield "Histories", check_histories


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    failed: list[str] = []
    made = 0
    try:
        settings = load(options.env)
        session = environment_session(settings)
        for name, passed, result in verify(session, options.env):
            print(_line(name, result, passed=passed), flush=True)
            made += 1
            if not passed:
                failed.append(name)
    except (OperationError, SettingsError) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return 1
    if failed:
        print(f"\n{len(failed)} of {made} checks failed: {', '.join(failed)}.")
        return 1
    print(f"\nAll {made} checks passed.")
    return 0


def _line(name: str, result: CheckResult, *, passed: bool) -> str:
    start = f"{'ok' if passed else 'FAIL':<6}{name:<{_NAME_WIDTH}}"
    indent = " " * len(start)
    lines = [_wrapped(start + result.said, indent)]
    if result.remedy:
        lines.append(_wrapped(f"{indent}Remedy: {result.remedy}", indent))
    if result.command:
        lines += [indent + line for line in result.command.splitlines()]
    return "\n".join(lines)


def _wrapped(text: str, indent: str) -> str:
    return textwrap.fill(
        printable(text),
        _WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
