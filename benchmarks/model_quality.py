"""Judge all models on both protocols over five seeds of the models.

    python -m benchmarks.model_quality --data creditcard.parquet

Writes ``docs/model-quality.md``. What it computes is kept in ``.benchmarks``, so that
a run that was interrupted goes on where it stopped. Everything is chosen on the
training part: hyperparameters and vote by the cross-validation recorded in
``model_quality_trials.csv``, calibration on out-of-fold predictions of seed 0.
"""

import argparse
import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
from threadpoolctl import threadpool_limits

from artifact.decision import DecisionRule
from training.columns import Columns
from training.data.dataset import Dataset, Floats
from training.data.folds import make_folds
from training.data.reading import read_dataset
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

ROOT = Path(__file__).resolve().parents[1]
TRIALS = ROOT / "benchmarks" / "model_quality_trials.csv"
DOCUMENT = ROOT / "docs" / "model-quality.md"
SEEDS = range(5)
PROTOCOLS: tuple[Protocol, ...] = ("stratified", "time")
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


def _spread(values: list[float], digits: int) -> str:
    deviation = np.std(values, ddof=1)
    return f"{np.mean(values):,.{digits}f} ± {deviation:,.{digits}f}"


def _table(results: dict[str, Result]) -> str:
    head = (
        "model",
        "cross-validated AP",
        "test AP",
        "ROC-AUC",
        "Brier, 1e-5",
        "calibration error, 1e-5",
        "saved, fixed threshold",
        "saved, expected value",
    )
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for name, result in results.items():
        scores = result.cross_validation
        brier, ece = (
            [1e5 * value for value in result.figures[figure]]
            for figure in ("brier", "calibration_error")
        )
        lines.append(
            f"| {name} | {scores.average_precision:.4f} ± {scores.standard_error:.4f} "
            f"| **{_spread(result.figures['average_precision'], 4)}** "
            f"| {_spread(result.figures['roc_auc'], 4)} "
            f"| {_spread(brier, 1)} | {_spread(ece, 1)} "
            f"| {_spread(result.savings['cost'], 0)} "
            f"| {_spread(result.savings['expected-value'], 0)} |"
        )
    return "\n".join(lines)


def _trials() -> str:
    with TRIALS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [
        "| configuration | stratified, CV AP | time, CV AP |",
        "|---|---|---|",
    ]
    lines += [
        f"| `{row['configuration']}` | {_trial(row, 'stratified')} "
        f"| {_trial(row, 'time')} |"
        for row in rows
    ]
    return "\n".join(lines)


def _trial(row: Mapping[str, str], protocol: str) -> str:
    return f"{row[protocol]} ± {row[f'{protocol}_se']}" if row[protocol] else "not run"


def document(results: dict[Protocol, dict[str, Result]]) -> str:
    """Return ``docs/model-quality.md``."""
    stratified, by_time = results["stratified"], results["time"]
    oracles = {p: next(iter(results[p].values())).oracle for p in PROTOCOLS}
    reads = len(RECIPES) * len(SEEDS)
    return f"""\
# Model quality

Written by `python -m benchmarks.model_quality`. Data: the complete set of 284,807
transactions with 492 frauds (see `data/README.md`); the test part is a fifth of it.
Test figures are the mean ± standard deviation over {len(SEEDS)} seeds of the models;
the split stays the same. Probabilities are calibrated (Platt scaling of the log-odds of
out-of-fold predictions). Money: what the rule saves on the test part at a review cost
of {REVIEW_COST:g}; both rules are chosen on the training part.

AP is average precision. With 98 and 75 frauds in the test parts, its bootstrap 95 %
interval is about ± 0.06 and ± 0.08 wide: far wider than the deviation over seeds, and
than most differences in these tables.

## Stratified 80/20, random_state 42

{_table(stratified)}

An oracle would save {oracles["stratified"]:,.0f}.

## By time: learnt from the first 80 %, judged on the last 20 %

{_table(by_time)}

An oracle would save {oracles["time"]:,.0f}.

## Beside published figures

| protocol | published on the same split | here: vote | here: baseline |
|---|---|---|---|
| stratified 80/20 | XGBoost 0.882 to 0.884 | {_ap(stratified, "vote")} \
| {_ap(stratified, "logistic-regression")} |
| time-ordered 80/20 | random forest 0.811 to 0.822, XGBoost 0.79 to 0.81, \
LightGBM 0.81, logistic regression 0.74 to 0.75 | {_ap(by_time, "vote")} \
| {_ap(by_time, "logistic-regression")} |

Published figures of 0.95 and more come from resampling before the split, from
duplicates on both sides, or from a threshold chosen on the test part.

## How probabilities are calibrated

For the vote, by cross-validation within the training part: each fold is calibrated on
the other folds' out-of-fold predictions. Saved: share of what an oracle would save at a
review cost of 2, by expected value. Values for the stratified and the forward folds.

| calibration | Brier, 1e-5 | saved |
|---|---|---|
| Platt scaling of the log-odds (taken) | 41.0, 46.4 | 0.824, 0.797 |
| none | 41.0, 46.7 | 0.818, 0.800 |
| beta | 41.2, 47.0 | 0.822, 0.796 |
| isotonic | 41.4, 48.8 | 0.784, 0.656 |
| Platt scaling of the probability | 43.0, 47.6 | 0.748, 0.646 |

The first three are equal within noise. Platt scaling is taken because the baseline and
sampled data cannot do without, and two parameters are the least that mends them.

## What was tried, and how often the test part was read

Configurations were compared by average precision in cross-validation within the
training part: five stratified folds, and four forward folds in time. ± is the standard
error over the folds; boosting, networks and trees take the hour of day and the
logarithm of the amount unless said otherwise. `neg=.3` keeps that share of the
legitimate rows, `w` is a factor on the weight of frauds.

{_trials()}

The members, their settings and the weights of the vote (2 : 2 : 1 for boosting, network
and exact trees) were fixed by these figures; about 45 blends were compared as well, and
the weights are close to a coin toss (equal ones are 0.0015 better on the stratified
folds and 0.0053 worse on the forward ones). Only then was the test part read: twice
for the finalists, with three and with five seeds, and once for the tables above
({reads} fitted models for each protocol). Nothing was changed after any reading. Equal
weights would have scored 0.883 and 0.816; taking them now would be choosing on the test
part. The other configurations have no test figure, because the test part was not read
for them.

Bags of networks, their log-odds averaged, were compared later, in cross-validation
alone. Networks of six seeds have 0.8388 and 0.7809 on average over the two kinds of
folds, their bag 0.8422 and 0.7877; in the vote, one network has 0.8563 and 0.7875 on
average, the bag of six 0.8568 and 0.7877. Not taken: six times the training for that.

The choice was not quite blind: which families do well on these test parts was known
from published work before anything was tried.
"""


def _ap(results: dict[str, Result], name: str) -> str:
    return _spread(results[name].figures["average_precision"], 4)


def main() -> None:
    """Run the benchmark and write the document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="PATH")
    data = read_dataset(parser.parse_args().data, Columns())
    results: dict[Protocol, dict[str, Result]] = {}
    for protocol in PROTOCOLS:
        results[protocol] = judge(data, protocol)
        print(_table(results[protocol]), flush=True)
    DOCUMENT.write_text(document(results), encoding="utf-8")
    print(f"Wrote {DOCUMENT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
