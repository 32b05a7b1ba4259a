"""Every figure against scikit-learn, or against a case done by hand."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from training.data.dataset import Floats
from training.judging.metrics import Judged, Scoreboard
from training.judging.resampling import poisson_draws

DAY = 86_400.0


def judge(labels: list[int], probabilities: list[float], **given: Any) -> Judged:
    rows = len(labels)
    p = np.array(probabilities)
    fields: dict[str, Any] = {
        "alerts": p >= 0.5,
        "weights": np.ones(rows),
        "losses": np.zeros(rows),
        "review_cost": 0.0,
        "times": None,
        "transactions_per_day": None,
        "alerts_per_day": 100.0,
        **given,
    }
    return Judged(labels=np.array(labels, dtype=np.int8), probabilities=p, **fields)


def draws(rows: int, replicates: int, seed: int) -> Iterator[Floats]:
    return poisson_draws(np.arange(rows, dtype=np.uint64), replicates, seed)


def figures(judged: Judged) -> dict[str, float]:
    return Scoreboard(judged).figures(judged.weights)


cases = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 20), st.integers(1, 5)),
    min_size=4,
    max_size=40,
).filter(lambda rows: {label for label, _, _ in rows} == {0, 1})


@settings(deadline=None)
@given(cases)
def test_the_figures_that_scikit_learn_has_agree_with_it(
    rows: list[tuple[int, int, int]],
) -> None:
    labels, scores, weights = (list(column) for column in zip(*rows, strict=True))
    p = [score / 20 for score in scores]
    got = figures(judge(labels, p, weights=np.array(weights, dtype=float)))
    alerts = np.array(p) >= 0.5
    weighted = {"sample_weight": weights}
    expected = {
        "roc_auc": sk.roc_auc_score(labels, p, **weighted),
        "average_precision": sk.average_precision_score(labels, p, **weighted),
        "brier": sk.brier_score_loss(labels, p, **weighted),
        "precision": sk.precision_score(labels, alerts, zero_division=0, **weighted),
        "recall": sk.recall_score(labels, alerts, **weighted),
        "f1": sk.f1_score(labels, alerts, zero_division=0, **weighted),
        "alerts": np.sum(np.array(weights) * alerts),
    }
    for name, value in expected.items():
        assert got[name] == pytest.approx(value, abs=1e-12), name
    if min(p) > 0 and max(p) < 1:
        expected_loss = sk.log_loss(labels, p, **weighted)
        assert got["log_loss"] == pytest.approx(expected_loss)


@settings(deadline=None)
@given(cases)
def test_a_weight_counts_like_that_many_equal_rows(
    rows: list[tuple[int, int, int]],
) -> None:
    labels, scores, weights = (list(column) for column in zip(*rows, strict=True))
    p = np.array(scores) / 20
    losses = np.array(scores, dtype=float)
    weighted = judge(
        labels,
        p.tolist(),
        weights=np.array(weights, dtype=float),
        losses=losses,
        review_cost=2.0,
    )
    repeated = judge(
        np.repeat(labels, weights).tolist(),
        np.repeat(p, weights).tolist(),
        losses=np.repeat(losses, weights),
        review_cost=2.0,
    )
    assert figures(weighted) == pytest.approx(figures(repeated))


def test_money_in_a_case_done_by_hand() -> None:
    got = figures(
        judge(
            [1, 1, 1, 0],
            [0.9, 0.1, 0.6, 0.7],
            losses=np.array([100.0, 50.0, 1.0, 999.0]),
            review_cost=2.0,
        )
    )
    assert got["savings"] == 100 + 1 - 3 * 2
    assert got["cost_flagging_nothing"] == 151
    assert got["cost"] == 151 - 95
    assert got["cost_flagging_everything"] == 8
    assert got["savings_oracle"] == 98 + 48


def test_recall_at_a_false_positive_rate() -> None:
    labels = [0] * 1000 + [1] * 4
    # One legitimate row above the third fraud, eleven above the fourth.
    p = [0.1] * 989 + [0.45] * 10 + [0.65] + [0.9, 0.8, 0.6, 0.3]
    got = figures(judge(labels, p))
    assert got["recall_at_fpr_0_1pct"] == 0.75
    assert got["recall_at_fpr_1pct"] == 0.75
    p[-1] = 0.5
    assert figures(judge(labels, p))["recall_at_fpr_1pct"] == 1.0


def test_calibration_error_of_known_gaps() -> None:
    # Half of the rows at 0.22 of which none is fraud, half at 0.72, all fraud.
    got = figures(judge([0, 0, 1, 1], [0.22, 0.22, 0.72, 0.72]))
    assert got["calibration_error"] == pytest.approx(0.5 * 0.22 + 0.5 * 0.28)


def test_precision_among_each_days_highest_scores() -> None:
    # Two alerts a day: on day one both are frauds, on day two one of them.
    labels = [1, 1, 0, 0, 1, 0, 1, 0]
    p = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2]
    got = figures(
        judge(
            labels,
            p,
            times=np.array([0.0] * 4 + [DAY] * 4),
            transactions_per_day=4.0,
            alerts_per_day=2.0,
        )
    )
    assert got["precision_at_alerts_per_day"] == 0.75
    assert got["alerts_per_day"] == pytest.approx(5 / 8 * 4)


def test_intervals_hold_the_figure_and_narrow_with_more_rows() -> None:
    random = np.random.default_rng(0)

    def interval(rows: int) -> tuple[float, float, float]:
        labels = (np.arange(rows) % 10 == 0).astype(int)
        p = np.clip(random.normal(0.3 + 0.3 * labels, 0.15), 0, 1)
        judged = judge(labels.tolist(), p.tolist())
        board = Scoreboard(judged)
        low, high = board.intervals(draws(rows, 200, seed=1))["average_precision"]
        return low, board.figures(judged.weights)["average_precision"], high

    low, value, high = interval(300)
    assert low < value < high
    narrow_low, _, narrow_high = interval(5000)
    assert narrow_high - narrow_low < (high - low) / 2


def test_intervals_are_those_of_the_seed() -> None:
    judged = judge([0, 1] * 50, np.linspace(0, 1, 100).tolist())
    board = Scoreboard(judged)
    found = [board.intervals(draws(100, 50, seed)) for seed in (3, 3, 4)]
    assert found[0] == found[1]
    assert found[0] != found[2]
