import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artifact.decision import ExpectedValueRule, ThresholdRule
from training.errors import TrainingError
from training.judging.sweep import Outcomes, Sweep, sweep
from training.judging.thresholds import choose_rule
from training.options import DecisionOptions

#: Ten rows, three frauds, worth 100, 5 and 40 when missed.
LABELS = np.array([1, 0, 1, 0, 0, 1, 0, 0, 0, 0], dtype=np.int8)
SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05])
LOSSES = np.array([100.0, 0, 5, 0, 0, 40, 0, 0, 0, 0])


def totals() -> Sweep:
    return sweep(Outcomes(LABELS, np.ones(10), LOSSES), SCORES)


def alerts(options: DecisionOptions) -> list[float]:
    """Scores that the chosen threshold flags."""
    rule = choose_rule(options, totals(), transactions_per_day=1000.0, amount="Amount")
    assert isinstance(rule, ThresholdRule)
    flagged: list[float] = SCORES[rule.threshold <= SCORES].tolist()
    return flagged


def test_a_fixed_threshold_needs_no_data() -> None:
    rule = choose_rule(
        DecisionOptions("fixed", threshold=0.3),
        None,
        transactions_per_day=None,
        amount="Amount",
    )
    assert rule == ThresholdRule(0.3)


def test_max_f1() -> None:
    # F1 by alerts: 1 → 0.5, 3 → 0.667, 6 → 0.667: the first of the best.
    assert alerts(DecisionOptions("max-f1")) == [0.9, 0.8, 0.7]


@pytest.mark.parametrize(
    ("review_cost", "flagged"), [(1.0, 6), (5.0, 6), (20.0, 1), (99.0, 1)]
)
def test_cost_weighs_reviews_against_losses(review_cost: float, flagged: int) -> None:
    assert len(alerts(DecisionOptions("cost", review_cost=review_cost))) == flagged


def test_reviews_that_never_pay_are_not_made() -> None:
    assert alerts(DecisionOptions("cost", review_cost=1000.0)) == []


def test_alerts_per_day_are_kept_to_the_budget() -> None:
    # Ten rows stand for 1,000 a day: 450 alerts a day are four of ten.
    options = DecisionOptions("alerts-per-day", alerts_per_day=450.0)
    assert len(alerts(options)) == 4


def test_precision_takes_the_most_recall_that_it_allows() -> None:
    assert len(alerts(DecisionOptions("precision", min_precision=0.5))) == 6
    assert len(alerts(DecisionOptions("precision", min_precision=0.6))) == 3


def test_expected_value_carries_its_parameters() -> None:
    rule = choose_rule(
        DecisionOptions("expected-value", review_cost=3.0, fixed_loss_per_fraud=10.0),
        None,
        transactions_per_day=None,
        amount="Betrag",
    )
    assert rule == ExpectedValueRule(3.0, 10.0, "Betrag")


def test_a_budget_that_nothing_meets_is_refused() -> None:
    with pytest.raises(TrainingError, match="No threshold meets --alerts-per-day"):
        alerts(DecisionOptions("alerts-per-day", alerts_per_day=0.5))


def test_alerts_per_day_need_a_time() -> None:
    with pytest.raises(TrainingError, match="needs a time column"):
        choose_rule(
            DecisionOptions("alerts-per-day"),
            totals(),
            transactions_per_day=None,
            amount="Amount",
        )


def test_the_cut_lies_between_two_scores() -> None:
    rule = choose_rule(
        DecisionOptions("max-f1"), totals(), transactions_per_day=None, amount="Amount"
    )
    assert isinstance(rule, ThresholdRule)
    assert rule.threshold == pytest.approx(0.65)


cases = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 10), st.integers(1, 4)),
    min_size=2,
    max_size=30,
).filter(lambda rows: {label for label, _, _ in rows} == {0, 1})


@given(cases)
def test_a_sweep_counts_what_each_threshold_flags(
    rows: list[tuple[int, int, int]],
) -> None:
    labels, scores, weights = (np.array(column) for column in zip(*rows, strict=True))
    losses = np.arange(len(labels), dtype=float)
    found = sweep(
        Outcomes(labels.astype(np.int8), weights.astype(float), losses),
        scores.astype(float),
    )
    for index, threshold in enumerate(found.thresholds):
        flagged = scores >= threshold
        caught = weights * labels * flagged
        assert found.alerts[index] == (weights * flagged).sum()
        assert found.true_positives[index] == caught.sum()
        assert found.losses_caught[index] == (caught * losses).sum()
    assert found.recall[-1] == 1
