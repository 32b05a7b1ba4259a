"""A label delay that the data cannot bear, and the Handbook's standard protocol."""

import numpy as np
import pytest

from tests.unit.training.samples import make_dataset
from training.data.dataset import Dataset
from training.data.split import split
from training.errors import TrainingError
from training.experiment import run
from training.options import Arguments, DecisionOptions, ModelOptions, SplitOptions
from training.preparation import prepare

WEEK = 7.0


def three_weeks() -> Dataset:
    random = np.random.default_rng(3)
    labels = (random.random(1500) < 0.15).astype(int)
    features = np.column_stack(
        [
            np.sort(random.uniform(0, 3 * WEEK * 86_400, 1500)),
            random.exponential(50, 1500),
            random.normal(size=1500) + 2 * labels,
        ]
    )
    return make_dataset(features, labels.tolist())


def test_seven_days_to_learn_from_seven_of_delay_seven_of_test() -> None:
    said: list[str] = []
    arguments = Arguments(
        options=ModelOptions(boosting_iterations=5),
        split=SplitOptions("time", label_delay_hours=WEEK * 24, test_days=WEEK),
        decision=DecisionOptions("max-f1"),
    )
    prepared = prepare(three_weeks(), arguments, said.append)
    experiment = run(prepared, arguments, said.append)
    times = experiment.parts.train.times, experiment.parts.test.times
    assert times[0] is not None
    assert times[1] is not None
    assert times[0].max() < (1.01 * WEEK) * 86_400
    assert times[1].min() > (1.99 * WEEK) * 86_400
    assert any("made without it" in line for line in said)


def test_a_delay_longer_than_the_data_says_so() -> None:
    with pytest.raises(TrainingError, match="--label-delay-hours 1000 is longer than"):
        split(three_weeks(), SplitOptions("time", label_delay_hours=1000))
