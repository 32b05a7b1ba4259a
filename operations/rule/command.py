"""Show the published decision rule, or set it without a deployment."""

import sys
from collections.abc import Sequence

from artifact.decision import ExpectedValueRule, parse_decision_rule
from artifact.errors import ArtifactError
from artifact.printable import printable
from cdk_app.naming import ARTIFACT_URI_PARAMETER, DECISION_RULE_OUTPUT
from cdk_app.settings import SettingsError, load
from operations.account.artifacts import read_artifact
from operations.account.errors import OperationError
from operations.account.session import environment_session
from operations.account.stacks import read_stack
from operations.rule.options import parser
from operations.rule.published import (
    read_rule,
    rule_lines,
    set_rule,
    with_amount_form,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        session = environment_session(load(options.env))
        rule = parse_decision_rule(options.set) if options.set is not None else None
        stack = read_stack(session, options.env)
        if isinstance(rule, ExpectedValueRule):
            uri = stack.parameters[ARTIFACT_URI_PARAMETER]
            rule = with_amount_form(rule, read_artifact(session, uri).manifest)
        parameter = stack.output(DECISION_RULE_OUTPUT)
        print(rule_lines("Published  ", read_rule(session, parameter)))
        if rule is not None:
            set_rule(session, parameter, rule)
            print(rule_lines("Now        ", read_rule(session, parameter)))
    except (OperationError, ArtifactError, SettingsError) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return 1
    return 0
