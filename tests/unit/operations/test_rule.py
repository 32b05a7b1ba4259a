"""Rules are checked against the deployed features; one set by hand is kept."""

import re
from dataclasses import replace

import pytest

from artifact.archive import Documents
from artifact.decision import (
    DecisionRule,
    ExpectedValueRule,
    ThresholdRule,
    parse_decision_rule,
)
from artifact.manifest_file import read_manifest
from operations.account.errors import OperationError
from operations.rule.options import parser
from operations.rule.published import check_features, describe, rule_to_deploy
from tests.unit.serving.sample_artifact import write_artifact

OWN = ThresholdRule(0.5)


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """Its features are Hour, V1 and Amount."""
    directory = tmp_path_factory.mktemp("artifact")
    write_artifact(directory)
    manifest = read_manifest(directory)
    return Documents(manifest, "a", OWN, {})


@pytest.mark.parametrize("rule", [OWN, ExpectedValueRule(2.0, amount="Amount")])
def test_a_rule_that_callers_can_apply_passes(
    artifact: Documents, rule: DecisionRule
) -> None:
    check_features(rule, artifact.manifest)


@pytest.mark.parametrize(
    ("amount", "hint"), [("Amnt", "did you mean 'Amount'"), ("x", "name one that is")]
)
def test_a_rule_by_what_is_no_feature_is_refused(
    artifact: Documents, amount: str, hint: str
) -> None:
    with pytest.raises(OperationError, match=hint):
        check_features(ExpectedValueRule(2.0, amount=amount), artifact.manifest)


@pytest.mark.parametrize("published", [None, ThresholdRule(0.9)])
def test_the_artifacts_rule_is_deployed(
    artifact: Documents, published: DecisionRule | None
) -> None:
    assert rule_to_deploy(published, artifact, replace_rule=False) == (OWN, "")


def test_a_rule_set_by_hand_is_kept_and_both_are_named(
    artifact: Documents,
) -> None:
    by_hand = ThresholdRule(0.9, set_by_hand=True)
    rule, about = rule_to_deploy(by_hand, artifact, replace_rule=False)
    assert rule == by_hand
    assert "threshold 0.9 (set by hand), is kept" in about
    assert "judged, is threshold 0.5, and --replace-rule" in about


def test_it_is_replaced_when_asked_for(artifact: Documents) -> None:
    by_hand = ThresholdRule(0.9, set_by_hand=True)
    rule, about = rule_to_deploy(by_hand, artifact, replace_rule=True)
    assert rule == OWN
    assert "is replaced by the artifact's, threshold 0.5" in about


def test_it_is_replaced_when_the_new_model_lacks_its_feature(
    artifact: Documents,
) -> None:
    by_hand = replace(ExpectedValueRule(2.0, amount="Gone"), set_by_hand=True)
    rule, about = rule_to_deploy(by_hand, artifact, replace_rule=False)
    assert rule == OWN
    assert "cannot be kept" in about
    assert "'Gone'" in about


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (ThresholdRule(0.020540238046874944), "threshold 0.02054"),
        (
            ExpectedValueRule(12.5, 100.0, "a", set_by_hand=True),
            "expected value: review cost 12.5, fixed loss 100, amount a (set by hand)",
        ),
    ],
)
def test_a_rule_in_words(rule: DecisionRule, said: str) -> None:
    assert describe(rule) == said


def test_help_has_a_rule_of_each_policy() -> None:
    shown = " ".join(parser().format_help().split())
    for text in re.findall(r"--set '(.+?)'", shown):
        parse_decision_rule(text)
    assert '"policy": "expected-value", "review_cost"' in shown
