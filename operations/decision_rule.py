"""The decision rule that the serving stack publishes: read it, or set it by hand.

A rule set by hand takes effect with the callers' next read of it, without a
deployment, and carries a mark, so that verification can tell it from a stale one.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace

import boto3
from botocore.exceptions import ClientError

from artifact.decision import DecisionRule, parse_decision_rule
from artifact.errors import ArtifactError
from cdk_app.naming import DECISION_RULE_OUTPUT, endpoint_name
from operations.account.errors import CallError, explained
from operations.account.session import aws_session


def find_parameter(session: boto3.Session, endpoint: str) -> str:
    """Name of the rule's parameter, from the outputs of stack ``<endpoint>-serving``.

    Raises
    ------
    CallError
        If there is no such stack or output.
    """
    stack = f"{endpoint}-serving"
    with explained():
        client = session.client("cloudformation")
        try:
            found = client.describe_stacks(StackName=stack)
        except client.exceptions.ClientError as error:
            if error.response["Error"].get("Code") != "ValidationError":
                raise
            raise CallError(
                f"There is no stack {stack} here; deploy it, or name the parameter "
                "with --decision-rule-parameter."
            ) from None
    for output in found["Stacks"][0].get("Outputs", []):
        if output.get("OutputKey") == DECISION_RULE_OUTPUT:
            return output["OutputValue"]
    raise CallError(
        f"The stack {stack} has no output {DECISION_RULE_OUTPUT}; name the parameter "
        "with --decision-rule-parameter."
    )


def read_rule(session: boto3.Session, parameter: str) -> DecisionRule:
    """Read the published rule.

    Raises
    ------
    CallError
        If the parameter does not exist or holds no rule.
    """
    with explained():
        try:
            found = session.client("ssm").get_parameter(Name=parameter)
        except ClientError as error:
            if error.response["Error"].get("Code") != "ParameterNotFound":
                raise
            raise CallError(
                f"There is no SSM parameter {parameter} for the decision rule here."
            ) from None
    try:
        return parse_decision_rule(found["Parameter"]["Value"])
    except ArtifactError as error:
        raise CallError(f"SSM parameter {parameter}: {error}") from None


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        session = aws_session()
        rule = parse_decision_rule(options.set) if options.set is not None else None
        parameter = find_parameter(session, endpoint_name(options.env))
        print(f"Published  {describe(read_rule(session, parameter))}")
        if rule is not None:
            set_rule(session, parameter, rule)
            print(f"Now        {describe(read_rule(session, parameter))}")
    except (CallError, ArtifactError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fraud rule",
        description="Show the decision rule that an environment publishes, or set it "
        "without a deployment.",
    )
    parser.add_argument("--env", default="dev", help="environment (default: dev)")
    parser.add_argument(
        "--set",
        metavar="RULE",
        help='the new rule in JSON, such as {"policy": "threshold", "threshold": 0.4}',
    )
    return parser
