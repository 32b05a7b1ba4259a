"""What is chosen, on what, and that the test part has no say in it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.unit.training.samples import random_dataset
from training import experiment
from training.columns import Columns
from training.data.dataset import Dataset
from training.data.folds import Fold
from training.data.split import split
from training.errors import TrainingError
from training.experiment import Experiment, run
from training.judging.backtest import backtest
from training.models.calibration import calibrate, fit_calibrator, with_calibration
from training.models.fitting import OutOfFold, fit_pipeline, predict_out_of_fold
from training.models.selection import CrossValidation, choose_champion
from training.options import (
    PROTOCOLS,
    Arguments,
    DecisionOptions,
    ModelOptions,
    Policy,
    Protocol,
    SplitOptions,
)
from training.preparation import prepare

QUICK = ModelOptions(boosting_iterations=20, trees=10, network_epochs=5)


def silent(_: str) -> None: ...


def run_on(data: Dataset, arguments: Arguments) -> Experiment:
    return run(prepare(data, arguments, silent), arguments, silent)


def with_test_labels_shuffled(data: Dataset, options: SplitOptions) -> Dataset:
    """Return the same data with the labels of the test part at other rows."""
    position = {tuple(row): i for i, row in enumerate(data.features.tolist())}
    test = split(data, options).test
    rows = np.array([position[tuple(row)] for row in test.features.tolist()])
    labels = data.labels.copy()
    labels[rows] = np.random.default_rng(5).permutation(labels[rows])
    assert not np.array_equal(labels, data.labels)
    return replace(data, labels=labels)


@pytest.mark.parametrize("policy", ["max-f1", "cost", "alerts-per-day", "precision"])
def test_shuffling_the_test_labels_changes_no_choice(policy: Policy) -> None:
    # By time, because a stratified split looks at all labels to divide them.
    options = SplitOptions("time")
    arguments = Arguments(
        model="auto", options=QUICK, split=options, decision=DecisionOptions(policy)
    )
    data = random_dataset()
    other = with_test_labels_shuffled(data, options)
    first, second = (run_on(d, arguments) for d in (data, other))
    assert first.champion.rule == second.champion.rule
    assert first.champion.name == second.champion.name
    np.testing.assert_array_equal(
        first.champion.test_probabilities, second.champion.test_probabilities
    )
    assert first.champion.evaluation.figures != second.champion.evaluation.figures


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_trains(protocol: Protocol) -> None:
    experiment = run_on(random_dataset(), Arguments(split=SplitOptions(protocol)))
    assert 0.7 < experiment.champion.evaluation.figures["roc_auc"] <= 1


@pytest.mark.parametrize("policy", ["cost", "expected-value"])
def test_a_policy_about_money_needs_an_amount(policy: Policy) -> None:
    data = replace(random_dataset(), columns=Columns(amount="Betrag"))
    arguments = Arguments(decision=DecisionOptions(policy))
    with pytest.raises(TrainingError, match="needs the column 'Betrag'"):
        run_on(data, arguments)


class TestCalibration:
    def weighted(self) -> Dataset:
        data = random_dataset(3000, 300)
        weights = np.where(data.labels == 1, 1.0, 20.0).tolist()
        return random_dataset(3000, 300, weights=weights)

    def run(self, data: Dataset, arguments: Arguments) -> Experiment:
        return run_on(data, arguments)

    def test_probabilities_mean_what_they_say_under_weights(self) -> None:
        experiment = self.run(self.weighted(), Arguments())
        test = experiment.parts.test
        predicted = test.row_weights @ experiment.champion.test_probabilities
        assert predicted == pytest.approx(test.frauds, rel=0.5)

    def test_without_it_the_balanced_baseline_exaggerates(self) -> None:
        arguments = Arguments(calibration="none")
        experiment = self.run(self.weighted(), arguments)
        test = experiment.parts.test
        predicted = test.row_weights @ experiment.champion.test_probabilities
        assert predicted > 3 * test.frauds

    def test_it_keeps_the_ranking(self) -> None:
        data = self.weighted()
        with_it = self.run(data, Arguments()).champion
        without = self.run(data, Arguments(calibration="none")).champion
        for figure in ("roc_auc", "average_precision"):
            assert with_it.evaluation.figures[figure] == pytest.approx(
                without.evaluation.figures[figure], abs=1e-6
            )

    def test_the_classifier_computes_what_was_chosen_on(self) -> None:
        data = random_dataset()
        model = fit_pipeline("logistic-regression", data, QUICK)
        raw = model.predict_proba(data.features)[:, 1]
        everything = OutOfFold(np.arange(data.rows), raw, np.zeros(data.rows, np.intp))
        calibrator = fit_calibrator(data, everything)
        both = with_calibration(model, calibrator)
        np.testing.assert_allclose(
            both.predict_proba(data.features)[:, 1], calibrate(calibrator, raw)
        )


class TestChampion:
    def choose(self, **folds: tuple[float, ...]) -> str:
        return choose_champion(
            {
                name.replace("_", "-"): CrossValidation(scores)
                for name, scores in folds.items()
            }
        )

    def test_clearly_better_wins(self) -> None:
        assert (
            self.choose(logistic_regression=(0.70, 0.72, 0.71), vote=(0.84, 0.86, 0.85))
            == "vote"
        )

    def test_of_equals_the_cheapest_wins(self) -> None:
        assert (
            self.choose(logistic_regression=(0.83, 0.87, 0.84), vote=(0.84, 0.86, 0.85))
            == "logistic-regression"
        )

    def test_the_difference_is_taken_fold_by_fold(self) -> None:
        # Folds differ far more than models, but one model wins each of them.
        assert (
            self.choose(
                logistic_regression=(0.50, 0.70, 0.90), vote=(0.52, 0.721, 0.92)
            )
            == "vote"
        )


def test_auto_keeps_the_figures_of_all_it_tried() -> None:
    arguments = Arguments(model="auto", options=QUICK)
    experiment = run_on(random_dataset(), arguments)
    assert set(experiment.cross_validation) == {
        "logistic-regression",
        "neural-network",
        "gradient-boosting",
        "extra-trees",
        "vote",
    }
    assert experiment.baseline.name == "logistic-regression"


class TestLabelDelay:
    """Two days of transactions, labels known six hours late."""

    arguments = Arguments(split=SplitOptions("time", label_delay_hours=6))

    def test_no_choice_looks_at_labels_that_are_not_known_yet(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gaps: list[float] = []

        def watch(names: Any, train: Dataset, folds: list[Fold], *given: Any) -> Any:
            times = train.times
            assert times is not None
            gaps.extend(times[later].min() - times[fit].max() for fit, later in folds)
            return predict_out_of_fold(names, train, folds, *given)

        monkeypatch.setattr(experiment, "predict_out_of_fold", watch)
        run_on(random_dataset(), self.arguments)
        assert len(gaps) == 4
        assert min(gaps) > 6 * 3600

    def test_the_backtest_keeps_the_gap_too(self) -> None:
        data, name = random_dataset(), "logistic-regression"
        at_once = backtest(data, name, Arguments(), None, silent)
        late = backtest(data, name, self.arguments, None, silent)
        assert [window.test_rows for window in late] == [67, 66, 66]
        for one, other in zip(late, at_once, strict=True):
            assert 0 < one.train_rows < other.train_rows
