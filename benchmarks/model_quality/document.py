"""What was measured, as ``docs/model-quality.md``."""

import csv
from collections.abc import Mapping

import numpy as np

from benchmarks.model_quality.judging import REVIEW_COST, ROOT, SEEDS, Result
from training.models.estimators import RECIPES
from training.options import Protocol

TRIALS = ROOT / "benchmarks" / "model_quality_trials.csv"
PROTOCOLS: tuple[Protocol, ...] = ("stratified", "time")


def _spread(values: list[float], digits: int) -> str:
    deviation = np.std(values, ddof=1)
    return f"{np.mean(values):,.{digits}f} ± {deviation:,.{digits}f}"


def table(results: dict[str, Result]) -> str:
    """Return the table of one protocol."""
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

{table(stratified)}

An oracle would save {oracles["stratified"]:,.0f}.

## By time: learnt from the first 80 %, judged on the last 20 %

{table(by_time)}

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

XGBoost was compared as a member later, in cross-validation alone: in place of boosting
in the vote it gives 0.8582 and 0.7919 (+0.0008 ± 0.0008 and +0.0026 ± 0.0017 fold by
fold), beside it with half the weight 0.8579 and 0.7903. Not taken, neither in the vote
nor in `auto`: about one standard error does not pay for a package that every job would
have to bring along. These figures are of XGBoost's own bins, by its sketch. Bins that
the project chooses, at exact quantiles, give it 0.8535 and 0.7866 in cross-validation
beside 0.8531 and 0.7799: no clear difference. They were taken for hosts to grow the
trees of one, and its rows above were measured again, once. Three seeds have 0.8552 and
0.7823 on average, their bag 0.8559 and 0.7819 (+0.0007 ± 0.0003 and -0.0003 ± 0.0003
fold by fold): not taken, for three times the work.

The choice was not quite blind: which families do well on these test parts was known
from published work before anything was tried.
"""


def _ap(results: dict[str, Result], name: str) -> str:
    return _spread(results[name].figures["average_precision"], 4)
