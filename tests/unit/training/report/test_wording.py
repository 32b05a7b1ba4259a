"""What the report and the model card say in words."""

from collections.abc import Sequence
from typing import Any

import pytest

from training.report.wording import (
    FIGURES,
    Kind,
    cautions,
    choice_in_words,
    choice_of_model,
    counted,
    figure_in_words,
    rule_in_words,
    span_in_words,
    with_bounds,
)


def metrics(
    *,
    warnings: Sequence[str] = (),
    champion: float = 0.8,
    baseline: float = 0.7,
    low: float = 0.6,
    alerts: float = 60.0,
    savings: float = 100.0,
) -> dict[str, Any]:
    """A document with what cautions look at."""
    return {
        "model": {"name": "vote"},
        "data": {"warnings": list(warnings)},
        "baseline": {
            "name": "logistic-regression",
            "test": {"average_precision": baseline},
        },
        "test": {
            "average_precision": champion,
            "intervals_95": {"average_precision": [low, 0.9]},
            "confusion_matrix": {
                "true_negatives": 9900.0,
                "false_positives": 50.0,
                "false_negatives": 10.0,
                "true_positives": 40.0,
            },
            "alerts": alerts,
            "savings": savings,
        },
    }


def test_good_figures_need_no_caution() -> None:
    assert cautions(metrics()) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"warnings": ["the test part has 14 frauds"]}, "The test part has 14 frauds."),
        ({"low": 0.004}, "may be no better than chance"),
        ({"champion": 0.65}, "Worse than the baseline: average precision 0.6500"),
        ({"alerts": 0.0}, "alerts on nothing"),
        ({"savings": -31.0}, "costs 31 more than it saves"),
    ],
)
def test_each_weakness_is_said(changed: dict[str, Any], said: str) -> None:
    (caution,) = cautions(metrics(**changed))
    assert said in caution


def test_a_rule_that_catches_far_more_is_named() -> None:
    weak = metrics()
    weak["test"] |= {"threshold": 0.5, "alerts": 2.0, "savings": 20.0}
    weak["test"]["confusion_matrix"] |= {"true_positives": 1.0, "false_negatives": 39.0}
    other = {"threshold": 0.02, "alerts": 90.0, "true_positives": 16.0}
    weak["alternatives"] = {"cost": {**other, "savings": 300.0}}
    (caution,) = cautions(weak)
    assert caution == (
        "At 0.5 this rule catches 1 of 40 frauds; --threshold-policy cost caught 16, "
        "with 90 alerts instead of 2, and saved 300 instead of 20."
    )


@pytest.mark.parametrize(
    ("alternatives", "advice"),
    [
        (
            {},
            "try --threshold-policy alerts-per-day with the --alerts-per-day that can",
        ),
        (
            {"cost": {"alerts": 90.0, "true_positives": 1.0, "savings": 300.0}},
            "--threshold-policy cost caught 1, with 90 alerts and saved 300.",
        ),
        (
            {"max-f1": {"alerts": 1.0, "true_positives": 1.0}},
            "--threshold-policy max-f1 caught 1, with 1 alert.",
        ),
    ],
)
def test_a_rule_without_alerts_has_advice(
    alternatives: dict[str, Any], advice: str
) -> None:
    (caution,) = cautions({**metrics(alerts=0.0), "alternatives": alternatives})
    assert "alerts on nothing" in caution
    assert advice in caution


@pytest.mark.parametrize(
    "other",
    [
        {"alerts": 70.0, "true_positives": 45.0, "savings": 300.0},
        {"alerts": 900.0, "true_positives": 50.0 * 1.5, "savings": 99.0},
    ],
    ids=["hardly more", "dearer"],
)
def test_a_rule_that_is_not_worth_it_is_not_named(other: dict[str, float]) -> None:
    good = metrics()
    good["alternatives"] = {"cost": {"threshold": 0.1, **other}}
    assert cautions(good) == []


def chosen(name: str, requested: str, **folds: list[float]) -> str:
    scores = {
        model.replace("_", "-"): {"average_precision": sum(f) / len(f), "folds": f}
        for model, f in folds.items()
    }
    model = {"name": name, "requested": requested}
    return choice_of_model({"model": model, "cross_validation": scores})


def test_why_auto_took_the_cheaper_model_is_said() -> None:
    said = chosen(
        "logistic-regression",
        "auto",
        logistic_regression=[0.70, 0.80, 0.75],
        vote=[0.74, 0.79, 0.76],
    )
    assert said == (
        "--model auto took logistic-regression, the cheapest to serve of those not "
        "clearly worse than the best: out of fold, its average precision is 0.7500 and "
        "that of vote 0.7633; the difference, 0.0133, is within its standard error, "
        "0.0145."
    )


def test_why_auto_took_the_best_is_said() -> None:
    said = chosen("vote", "auto", logistic_regression=[0.7, 0.8], vote=[0.8, 0.9])
    assert said == (
        "--model auto took vote: its out-of-fold average precision, 0.8500, is the "
        "highest."
    )


def test_a_model_that_was_asked_for_needs_no_reason() -> None:
    assert chosen("vote", "vote", logistic_regression=[0.7], vote=[0.8]) == ""


def test_one_and_many() -> None:
    assert [counted(n, "fraud") for n in (0, 1, 2, 1000)] == [
        "0 frauds",
        "1 fraud",
        "2 frauds",
        "1,000 frauds",
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"policy": "threshold", "threshold": 0.0057131}, "at least 0.005713"),
        ({"policy": "threshold", "threshold": 0.99999}, "at least 0.99999"),
        (
            {"policy": "expected-value", "review_cost": 2.0, "fixed_loss_per_fraud": 0},
            "probability \N{MULTIPLICATION SIGN} value exceeds 2",
        ),
        (
            {"policy": "expected-value", "review_cost": 2.0, "fixed_loss_per_fraud": 9},
            "probability \N{MULTIPLICATION SIGN} (value + 9) exceeds 2",
        ),
    ],
)
def test_the_rule_in_words(rule: dict[str, Any], said: str) -> None:
    assert said in rule_in_words({"decision_rule": rule}, "value")


def test_the_choice_in_words() -> None:
    chosen = {"policy": "cost", "review_cost": 2.0, "fixed_loss_per_fraud": 0.0}
    on = "out-of-fold predictions of the training part"
    assert choice_in_words({"chosen_by": {**chosen, "on": on}}) == (
        "the threshold that saves most (review cost 2, fixed loss per fraud 0), on "
        "out-of-fold predictions of the training part"
    )
    given = {"policy": "fixed", "threshold": 0.5, "on": "given"}
    assert choice_in_words({"chosen_by": given}) == "the default"
    assert choice_in_words({"chosen_by": {**given, "threshold": 0.4}}) == "as given"


@pytest.mark.parametrize(
    ("value", "low", "high", "kind", "said"),
    [
        (8.65, 7.04, 10.349, "count", "8.65 (7.04 to 10.35)"),
        (104.0, 9.4, 124.0, "count", "104 (9 to 124)"),
        (0.824, 0.456, 1.2375, "count", "0.824 (0.456 to 1.238)"),
        (-3.0, -12.0, 6.0, "money", "-3 (-12 to 6)"),
        (0.125, 0.067, 0.2, "share", "12.5 % (6.7 % to 20.0 %)"),
    ],
)
def test_an_interval_has_the_decimals_of_its_value(
    value: float, low: float, high: float, kind: Kind, said: str
) -> None:
    assert with_bounds(value, low, high, kind) == said


@pytest.mark.parametrize(
    ("name", "per_day", "said"),
    [
        ("savings", 124.0, "saved by the rule, in money, at 2.50 a review"),
        ("precision_at_alerts_per_day", 1000.0, "precision within 100 alerts a day"),
        (
            "precision_at_alerts_per_day",
            124.0,
            "precision within 100 alerts a day, more than half of the 124 transactions",
        ),
        (
            "precision_at_alerts_per_day",
            80.0,
            "precision within 100 alerts a day, all of the 80 transactions",
        ),
    ],
)
def test_a_figure_says_what_it_rests_on(name: str, per_day: float, said: str) -> None:
    document = {
        "assumed": {"review_cost": 2.5, "alerts_per_day": 100.0},
        "data": {"transactions_per_day": per_day},
    }
    assert figure_in_words(name, document) == said
    assert figure_in_words(name, {}) == FIGURES[name][0], "an artifact of before"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (None, None, "no time column"),
        (0.0, 172_800.0, "2.0 days, by the data's own clock"),
        (1_577_836_800.0, 1_578_009_600.0, "2020-01-01 to 2020-01-03 (2.0 days)"),
    ],
)
def test_the_span_has_dates_where_times_count_from_1970(
    first: float | None, last: float | None, said: str
) -> None:
    assert span_in_words(first, last) == said
