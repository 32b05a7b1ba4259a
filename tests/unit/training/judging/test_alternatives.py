"""What the policies that were not asked for would have done."""

import numpy as np
import pytest

from tests.unit.training.samples import random_dataset
from training.data.dataset import Dataset
from training.experiment import Experiment, run
from training.options import Arguments, DecisionOptions, Policy
from training.preparation import prepare


def silent(_: str) -> None:
    pass


def run_on(data: Dataset, arguments: Arguments) -> Experiment:
    return run(prepare(data, arguments, silent), arguments, silent)


@pytest.mark.parametrize(
    ("policy", "others"),
    [
        ("fixed", {"cost", "max-f1"}),
        ("cost", {"max-f1"}),
        ("expected-value", {"cost", "max-f1"}),
    ],
)
def test_they_are_judged_beside_the_one_that_was(
    policy: Policy, others: set[str]
) -> None:
    decision = DecisionOptions(policy, threshold=0.99)
    experiment = run_on(random_dataset(), Arguments(decision=decision))
    champion, test = experiment.champion, experiment.parts.test
    assert set(champion.alternatives) == others
    for figures in champion.alternatives.values():
        alerts = champion.test_probabilities >= figures["threshold"]
        assert figures["alerts"] == np.sum(alerts)
        assert figures["true_positives"] == np.sum(alerts & (test.labels == 1))
        assert test.amounts is not None
        caught = test.amounts[alerts & (test.labels == 1)].sum()
        assert figures["savings"] == pytest.approx(caught - 2 * np.sum(alerts))


def test_their_thresholds_are_those_that_the_policy_would_choose() -> None:
    data = random_dataset()
    asked = run_on(data, Arguments(decision=DecisionOptions("cost")))
    other = run_on(data, Arguments()).champion.alternatives["cost"]
    assert asked.champion.rule.as_dict()["threshold"] == other["threshold"]
    assert asked.champion.evaluation.figures["savings"] == pytest.approx(
        other["savings"]
    )


def test_without_out_of_fold_predictions_there_are_none() -> None:
    experiment = run_on(random_dataset(), Arguments(calibration="none"))
    assert experiment.champion.alternatives == {}
