import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact import layout
from artifact.columns import Column, Kind
from artifact.decision import (
    DecisionRule,
    ExpectedValueRule,
    ThresholdRule,
    parse_decision_rule,
    read_decision_rule,
)
from artifact.errors import ArtifactError

money = st.floats(0, 1e9)
rules: st.SearchStrategy[DecisionRule] = st.one_of(
    st.builds(ThresholdRule, st.floats(0, 1), st.booleans()),
    st.builds(ExpectedValueRule, money, money, st.text(min_size=1), st.booleans()),
)


@given(rules)
def test_a_rule_survives_the_way_through_json(rule: DecisionRule) -> None:
    assert parse_decision_rule(json.dumps(rule.as_dict())) == rule


@pytest.mark.parametrize(
    ("probability", "alert"), [(0.41, False), (0.42, True), (0.43, True)]
)
def test_the_threshold_itself_is_an_alert(probability: float, alert: bool) -> None:
    assert ThresholdRule(0.42).is_alert(probability, {}) is alert


@pytest.mark.parametrize(
    ("probability", "amount", "alert"),
    [(0.1, 10.0, False), (0.1, 25.0, True), (0.9, 0.0, False)],
)
def test_expected_value_weighs_the_amount(
    probability: float, amount: float, alert: bool
) -> None:
    rule = ExpectedValueRule(review_cost=2.0)
    assert rule.is_alert(probability, {"Amount": amount}) is alert


MARKED = Column("Amount", Kind.NUMBER, is_grouped=True, unit="$", missing_codes=(-1.0,))
EUROPEAN = Column("Amount", Kind.NUMBER, decimal_comma=True)


@pytest.mark.parametrize(
    ("form", "amount", "alert"),
    [
        *[(MARKED, amount, True) for amount in ("$1,234.50", " 1,234.50", 1234.5)],
        *[(MARKED, amount, False) for amount in ("$12.34", "", "NA", -1, None)],
        *[(EUROPEAN, "1.234,50", True), (EUROPEAN, "12,50", False)],
        *[(None, amount, True) for amount in ("1234.5", np.float32(99), Decimal(99))],
        *[(None, amount, False) for amount in (pd.NA, np.float64("nan"), "n/a")],
    ],
    ids=repr,
)
def test_the_amount_is_read_as_training_read_it(
    form: Column | None, amount: object, *, alert: bool
) -> None:
    rule = ExpectedValueRule(5.0, amount_form=form)
    rule = parse_decision_rule(json.dumps(rule.as_dict()))  # type: ignore[assignment]
    assert rule.is_alert(0.1, {"Amount": amount}) is alert


@pytest.mark.parametrize("amount", ["12,50", "much", True, [1], "1,234.50"])
def test_an_amount_of_another_form_is_refused(amount: object) -> None:
    with pytest.raises(ArtifactError, match="needs a number in the field 'Amount'"):
        ExpectedValueRule(5.0).is_alert(0.1, {"Amount": amount})


def test_a_fixed_loss_keeps_card_testing_in_view() -> None:
    rule = ExpectedValueRule(review_cost=2.0, fixed_loss_per_fraud=20.0)
    assert rule.is_alert(0.9, {"Amount": 0.0})


def test_expected_value_needs_the_amount() -> None:
    with pytest.raises(ArtifactError, match="needs the field 'Amount'"):
        ExpectedValueRule(review_cost=2.0).is_alert(0.5, {"V1": 1.0})


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("", "expected a JSON object"),
        ("[1]", "expected a JSON object"),
        ({}, "'policy' must be"),
        ({"policy": "coin"}, "got 'coin'"),
        ({"policy": "threshold"}, "'threshold' must be a number"),
        ({"policy": "threshold", "threshold": "0.5"}, "'threshold' must be a number"),
        ({"policy": "threshold", "threshold": True}, "'threshold' must be a number"),
        ({"policy": "threshold", "threshold": float("nan")}, "must be a number"),
        ({"policy": "threshold", "threshold": -0.1}, "of at least 0"),
        ({"policy": "threshold", "threshold": 1.1}, "from 0 to 1"),
        ({"policy": "threshold", "threshold": 0.5, "x": 1}, "unknown field 'x'"),
        ({"policy": "threshold", "threshold": 0.5, "set_by_hand": 1}, "true or false"),
        ({"policy": "expected-value"}, "'review_cost' must be"),
        ({"policy": "expected-value", "review_cost": 2, "amount": ""}, "name a feat"),
        (
            {"policy": "expected-value", "review_cost": 2, "amount_form": {"why": "x"}},
            "'amount_form': expected how text writes a number",
        ),
    ],
)
def test_a_malformed_rule_is_refused_with_the_field(
    rule: str | dict[str, Any], message: str
) -> None:
    with pytest.raises(ArtifactError, match=message):
        parse_decision_rule(rule)


def test_the_artifact_carries_its_rule(model_dir: Path) -> None:
    assert read_decision_rule(model_dir) == ThresholdRule(0.5)


def test_an_artifact_without_a_rule_is_refused(model_dir: Path) -> None:
    (model_dir / layout.CONFIG).write_text("{}")
    with pytest.raises(ArtifactError, match="no readable decision_rule"):
        read_decision_rule(model_dir)
