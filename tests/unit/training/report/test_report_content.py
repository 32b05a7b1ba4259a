"""What the report shows agrees with the figures of the metrics."""

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.training.samples import random_dataset
from training.experiment import Experiment, run
from training.options import Arguments, DecisionOptions
from training.preparation import prepare
from training.report.content import report_content


def judged(threshold: float) -> tuple[Experiment, dict[str, float], int]:
    """Return the run, and the step that the explorer starts at with its number."""
    arguments = Arguments(decision=DecisionOptions(threshold=threshold))
    prepared = prepare(random_dataset(), arguments, lambda _: None)
    experiment = run(prepared, arguments, lambda _: None)
    explorer = report_content({}, {}, experiment, arguments)["explorer"]
    return experiment, explorer["steps"][explorer["start"]], explorer["start"]


@pytest.mark.parametrize("threshold", [0.99999999, 0.5, 0.0])
def test_the_explorer_starts_with_the_figures_of_the_rule(threshold: float) -> None:
    experiment, step, _ = judged(threshold)
    figures = experiment.champion.evaluation.figures
    for name in ("alerts", "alerts_per_day", "precision", "recall", "savings"):
        assert step[name] == pytest.approx(figures[name]), name


def test_a_rule_that_alerts_on_nothing_has_a_step_of_its_own() -> None:
    _, step, number = judged(0.99999999)
    assert (number, step["threshold"], step["alerts"]) == (0, 0.99999999, 0.0)


def test_calibration_looks_closest_where_the_scores_are_highest() -> None:
    experiment, *_ = judged(0.5)
    bins = report_content({}, {}, experiment, Arguments())["calibration"]
    rows = [item["rows"] for item in bins]
    assert sum(rows) == pytest.approx(experiment.parts.test.row_weights.sum())
    assert rows == sorted(rows, reverse=True) or rows[-1] < rows[0] / 4
    for item in bins:
        assert 0 <= item["low"] <= item["actual"] <= item["high"] <= 1
        assert item["low"] < item["high"]


def test_each_slice_with_frauds_has_its_recall_within_its_interval() -> None:
    experiment, *_ = judged(0.5)
    drawn = report_content({}, {}, experiment, Arguments())["slices"]
    slices = experiment.champion.evaluation.slices
    assert len(drawn) == sum(piece["recall"] is not None for piece in slices)
    for item in drawn:
        assert 0 <= item["low"] <= item["recall"] <= item["high"] <= 1
        assert item["low"] < item["high"]


def test_each_model_has_a_curve_of_its_own_weights() -> None:
    """Over several hosts the rows stand for bins of one model's scores each."""
    experiment, *_ = judged(0.5)
    champion = experiment.champion
    weights = np.where(champion.test.labels == 1, 1.0, 50.0)
    heavy = replace(champion.test, weights=weights)
    other = replace(champion, name="other", test=heavy)
    two = replace(experiment, baseline=other)
    curves = report_content({}, {}, two, Arguments())["curves"]
    assert curves[champion.name]["roc"] == curves["other"]["roc"]
    precision, of_heavy = (
        dict(curves[name]["precision_recall"]) for name in (champion.name, "other")
    )
    assert of_heavy[1.0] < precision[1.0]
