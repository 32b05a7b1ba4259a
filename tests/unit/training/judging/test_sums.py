"""Figures of rows that are a sample of others."""

import pytest

from tests.unit.training.samples import random_dataset
from training.experiment import run
from training.judging.evaluation import evaluate
from training.judging.metrics import Sums
from training.options import Arguments
from training.preparation import prepare


@pytest.mark.parametrize("caught", [0.0, 60.0])
def test_an_interval_lies_about_the_figure_of_all_rows_and_stays_a_share(
    caught: float,
) -> None:
    arguments = Arguments(calibration="none")
    experiment = run(
        prepare(random_dataset(), arguments, lambda _: None),
        arguments,
        lambda _: None,
    )
    model = experiment.champion
    found = evaluate(
        model.test,
        model.test_probabilities,
        model.rule,
        options=arguments.decision,
        population=experiment.population,
        random_state=0,
        sums=Sums(4000, 60, 60, caught, 500, caught, 400),
    )
    assert found.confusion_matrix.true_positives == caught
    assert found.confusion_matrix.true_negatives == 3880 + caught
    for name in ("precision", "recall", "f1"):
        low, high = found.intervals[name]
        assert 0 <= low <= found.figures[name] == caught / 60 <= high <= 1
