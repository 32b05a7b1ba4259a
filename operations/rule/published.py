"""The decision rule that the serving stack publishes: read it, or set it by hand.

A rule set by hand takes effect with the callers' next read of it, without a
deployment, and carries a mark, so that verification can tell it from a stale one.
"""

import json
from dataclasses import replace

import boto3
from botocore.exceptions import ClientError

from artifact.decision import DecisionRule, parse_decision_rule
from artifact.errors import ArtifactError
from cdk_app.naming import DECISION_RULE_OUTPUT
from operations.account.errors import OperationError, error_code, explained
from operations.account.stacks import find_stack


def find_parameter(session: boto3.Session, endpoint: str) -> str:
    """Name of the rule's parameter, from the outputs of stack ``<endpoint>-serving``.

    Raises
    ------
    OperationError
        If there is no such stack or output.
    """
    name_it = "name the parameter with --decision-rule-parameter."
    stack = find_stack(session, f"{endpoint}-serving", f"deploy it, or {name_it}")
    return stack.output(DECISION_RULE_OUTPUT, name_it)


def read_rule(session: boto3.Session, parameter: str) -> DecisionRule:
    """Read the published rule.

    Raises
    ------
    OperationError
        If the parameter does not exist or holds no rule.
    """
    with explained():
        try:
            found = session.client("ssm").get_parameter(Name=parameter)
        except ClientError as error:
            if error_code(error) != "ParameterNotFound":
                raise
            raise OperationError(
                f"There is no SSM parameter {parameter} for the decision rule here."
            ) from None
    try:
        return parse_decision_rule(found["Parameter"]["Value"])
    except ArtifactError as error:
        raise OperationError(f"SSM parameter {parameter}: {error}") from None


def set_rule(session: boto3.Session, parameter: str, rule: DecisionRule) -> None:
    """Publish a rule, marked as set by hand."""
    marked = replace(rule, set_by_hand=True)
    with explained():
        session.client("ssm").put_parameter(
            Name=parameter, Value=json.dumps(marked.as_dict()), Overwrite=True
        )


def describe(rule: DecisionRule) -> str:
    """Put a rule on one line, for people."""
    fields = rule.as_dict()
    policy = fields.pop("policy")
    by_hand = " (set by hand)" if fields.pop("set_by_hand", False) else ""
    values = ", ".join(f"{key} {value}" for key, value in fields.items())
    return f"{policy}: {values}{by_hand}"
