"""Fit, predict and judge; what takes long is kept in ``.benchmarks``."""

from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
from threadpoolctl import threadpool_limits

from artifact.decision import DecisionRule
from training.data.dataset import Dataset, Floats
from training.data.folds import make_folds
from training.data.split import Split, split
from training.judging.evaluation import (
    decide,
    describe_population,
    losses_of,
    outcomes_of,
)
from training.judging.metrics import Judged, Scoreboard
from training.judging.sweep import sweep
from training.judging.thresholds import choose_rule
from training.models.calibration import calibrate, fit_calibrator
from training.models.estimators import RECIPES, VOTES
from training.models.fitting import (
    OutOfFold,
    fit_pipeline,
    predict_out_of_fold,
    vote_out_of_fold,
)
from training.models.selection import CrossValidation, cross_validate
from training.options import (
    MODEL_NAMES,
    DecisionOptions,
    ModelOptions,
    Policy,
    Protocol,
    SplitOptions,
)

ROOT = Path(__file__).resolve().parents[2]
SEEDS = range(5)
REVIEW_COST = 2.0
POLICIES: tuple[Policy, ...] = ("cost", "expected-value")
FIGURES = ("average_precision", "roc_auc", "brier", "calibration_error")

memory = joblib.Memory(ROOT / ".benchmarks", verbose=0)


@dataclass(frozen=True)
class Result:
    """One model under one protocol; test figures have one value per seed."""

    cross_validation: CrossValidation
    figures: dict[str, list[float]]
    #: Policy → saved on the test part at `REVIEW_COST`.
    savings: dict[Policy, list[float]]
    oracle: float


@memory.cache(  # type: ignore[untyped-decorator]
    ignore=["parts"]
)
def out_of_fold(
    sha256: str, protocol: Protocol, name: str, options: ModelOptions, parts: Split
) -> OutOfFold:
    """Predict the training part; `sha256` of the data is the key of the cache."""
    del sha256
    folds = make_folds(parts.train, protocol, SplitOptions.random_state)
    return predict_out_of_fold([name], parts.train, folds, options, print)[name]


@memory.cache(  # type: ignore[untyped-decorator]
    ignore=["parts"]
)
def test_probabilities(
    sha256: str, protocol: Protocol, name: str, options: ModelOptions, parts: Split
) -> Floats:
    """Predict the test part by a model of all of the training part."""
    del sha256, protocol
    with threadpool_limits(1):
        pipeline = fit_pipeline(name, parts.train, options)
        probabilities: Floats = pipeline.predict_proba(parts.test.features)[:, 1]
    return probabilities


def judge(data: Dataset, protocol: Protocol) -> dict[str, Result]:
    """Judge all models under one protocol."""
    parts = split(data, SplitOptions(protocol))
    of_single = {}
    on_test: dict[str, list[Floats]] = {}
    for name in RECIPES:
        print(f"{protocol}: {name}", flush=True)
        of_single[name] = out_of_fold(
            data.sha256, protocol, name, ModelOptions(random_state=0), parts
        )
        on_test[name] = joblib.Parallel(n_jobs=-1)(
            joblib.delayed(test_probabilities)(
                data.sha256, protocol, name, ModelOptions(random_state=seed), parts
            )
            for seed in SEEDS
        )
    results = {}
    for name in MODEL_NAMES:
        predicted = of_single.get(name) or vote_out_of_fold(name, of_single)
        seeds = on_test.get(name) or _vote(name, on_test)
        results[name] = _result(data, parts, predicted, seeds)
    return results


def _vote(name: str, on_test: dict[str, list[Floats]]) -> list[Floats]:
    weights = list(VOTES[name].values())
    return [
        np.average([on_test[m][seed] for m in VOTES[name]], axis=0, weights=weights)
        for seed in SEEDS
    ]


def _result(
    data: Dataset, parts: Split, predicted: OutOfFold, seeds: list[Floats]
) -> Result:
    calibrator = fit_calibrator(parts.train, predicted)
    calibrated = calibrate(calibrator, predicted.probabilities)
    per_day = describe_population(data).transactions_per_day
    figures: dict[str, list[float]] = {name: [] for name in FIGURES}
    savings: dict[Policy, list[float]] = {policy: [] for policy in POLICIES}
    oracle = 0.0
    for policy in POLICIES:
        options = DecisionOptions(policy, review_cost=REVIEW_COST)
        seen = parts.train.take(predicted.rows)
        rule = choose_rule(
            options,
            sweep(outcomes_of(seen, options), calibrated),
            transactions_per_day=per_day,
            amount=data.columns.amount,
        )
        for probabilities in seeds:
            found = _figures(parts.test, calibrate(calibrator, probabilities), rule)
            savings[policy].append(found["savings"])
            oracle = found["savings_oracle"]
            if policy == POLICIES[0]:
                for name in FIGURES:
                    figures[name].append(found[name])
    return Result(cross_validate(parts.train, predicted), figures, savings, oracle)


def _figures(
    test: Dataset, probabilities: Floats, rule: DecisionRule
) -> dict[str, float]:
    return Scoreboard(
        Judged(
            labels=test.labels,
            probabilities=probabilities,
            alerts=decide(rule, test, probabilities),
            weights=test.row_weights,
            losses=losses_of(test, DecisionOptions()),
            review_cost=REVIEW_COST,
            times=None,
            transactions_per_day=None,
            alerts_per_day=0.0,
        )
    ).figures(test.row_weights)
