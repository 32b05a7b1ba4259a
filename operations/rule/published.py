"""The decision rule that the serving stack publishes: read it, or set it by hand.

A rule set by hand takes effect with the callers' next read of it, without a
deployment, and carries a mark, so that verification can tell it from a stale one.
"""

import json
import textwrap
from dataclasses import replace

import boto3
from botocore.exceptions import ClientError

from artifact.archive import Documents
from artifact.columns import Kind
from artifact.decision import (
    DecisionRule,
    ExpectedValueRule,
    ThresholdRule,
    parse_decision_rule,
)
from artifact.errors import ArtifactError
from artifact.manifest import Manifest
from artifact.near_names import nearest_name
from artifact.printable import printable
from cdk_app.naming import DECISION_RULE_OUTPUT, endpoint_name
from operations.account.absent import absent
from operations.account.errors import OperationError, error_code, explained
from operations.account.stacks import find_stack, is_deployed

_WIDTH_COLUMNS = 79


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
            raise absent(
                session,
                f"SSM parameter {parameter} for the decision rule",
                "deploy the serving stack again, or name another parameter.",
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
    """Put a rule in words for people, its numbers in four digits."""
    said = (
        f"threshold {rule.threshold:.4g}"
        if isinstance(rule, ThresholdRule)
        else f"expected value: review cost {rule.review_cost:.4g}, fixed loss "
        f"{rule.fixed_loss_per_fraud:.4g}, amount {rule.amount}"
    )
    return printable(f"{said}{' (set by hand)' if rule.set_by_hand else ''}")


def rule_lines(label: str, rule: DecisionRule) -> str:
    """Return a rule behind a label, in lines that fit a terminal."""
    return textwrap.fill(
        f"{label}{describe(rule)}",
        _WIDTH_COLUMNS,
        subsequent_indent=" " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )


def published_rule(session: boto3.Session, environment: str) -> DecisionRule | None:
    """Return the rule that an environment publishes; None where nothing is deployed.

    Raises
    ------
    OperationError
        If what it publishes is no rule, or AWS refuses to show it.
    """
    if not is_deployed(session, environment):
        return None
    endpoint = endpoint_name(environment)
    return read_rule(session, find_parameter(session, endpoint))


def check_features(rule: DecisionRule, manifest: Manifest) -> None:
    """Check that callers can apply a rule to the transactions of an artifact.

    Raises
    ------
    OperationError
        If it needs a number that is no feature: every call would fail.
    """
    if not isinstance(rule, ExpectedValueRule):
        return
    numbers = [column.name for column in manifest.inputs if column.kind is Kind.NUMBER]
    if rule.amount not in numbers:
        near = nearest_name(rule.amount, numbers)
        hint = f"did you mean {near!r}?" if near else "name one that is."
        raise OperationError(
            f"Decision rule: 'amount' names {rule.amount!r}, which is no number among "
            f"the artifact's {len(manifest.features)} features; {hint}"
        )


def with_amount_form(rule: ExpectedValueRule, manifest: Manifest) -> ExpectedValueRule:
    """Return a rule that reads the amount's text as the artifact's training did.

    Raises
    ------
    OperationError
        As `check_features`.
    """
    check_features(rule, manifest)
    column = next(each for each in manifest.inputs if each.name == rule.amount)
    form = column.number_form if column.number_form_as_dict() else None
    return replace(rule, amount_form=form)


def rule_to_deploy(
    published: DecisionRule | None, artifact: Documents, *, replace_rule: bool
) -> tuple[DecisionRule, str]:
    """Choose the rule of a deployment; return it, and what people should know of it.

    A rule that somebody set by hand is kept, unless it is to be replaced or cannot be
    applied to the artifact's features: a person's decision outlives a model.
    """
    own = artifact.decision_rule
    if published is None or not published.set_by_hand:
        return own, ""
    by_hand, its_own = describe(published), describe(own)
    if replace_rule:
        return own, (
            f"The rule in service, {by_hand}, is replaced by the artifact's, {its_own}."
        )
    try:
        if isinstance(published, ExpectedValueRule):
            published = with_amount_form(published, artifact.manifest)
    except OperationError as error:
        return own, (
            f"The rule in service, {by_hand}, cannot be kept and is replaced by the "
            f"artifact's, {its_own}: {error}"
        )
    return published, (
        f"The rule in service, {by_hand}, is kept; the artifact's, by which the "
        f"figures were judged, is {its_own}, and --replace-rule deploys that."
    )
