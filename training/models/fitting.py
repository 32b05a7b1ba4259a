"""Fit models to a data set, and predict each row by a model that has not seen it."""

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import joblib
import numpy as np
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder
from threadpoolctl import threadpool_limits

from training.data.dataset import Dataset, Floats, Indices
from training.data.folds import Fold
from training.data.vocabulary import learn_vocabulary
from training.models.estimators import RECIPES, VOTES, members
from training.options import ModelOptions

Model: TypeAlias = Pipeline | VotingClassifier

#: Below this many rows, starting other processes costs more than it saves: each takes
#: two seconds to import, and the linear model less for 200,000 rows.
_PARALLEL_FROM_ROWS = 5_000
_LINEAR_PARALLEL_FROM_ROWS = 1_000_000
_WEIGHTED_STEPS = {"scale", "classify"}


@dataclass(frozen=True)
class OutOfFold:
    """Predictions for the rows of the training part that a fold predicts."""

    #: Rows of the training part, ascending within a fold.
    rows: Indices
    probabilities: Floats
    #: For each row, which fold predicted it.
    folds: Indices


def fit_pipeline(name: str, data: Dataset, options: ModelOptions) -> Pipeline:
    """Fit one pipeline, with the rows' weights when there are any."""
    pipeline = RECIPES[name](options, data.inputs, data.columns)
    weights = {}
    if data.weights is not None:
        weights = {
            f"{step}__sample_weight": data.weights
            for step, _ in pipeline.steps
            if step in _WEIGHTED_STEPS
        }
    # One thread each: fits run side by side, and threads that wait for one another
    # by spinning are many times slower where cores are shared.
    with warnings.catch_warnings(), threadpool_limits(1):
        # A network's training stops by the number of epochs, on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "Got `batch_size`")
        pipeline.fit(_without_empty(data.features), data.labels, **weights)
    return pipeline


def _without_empty(features: Floats) -> Floats:
    """Put 0 where none of the rows has a value: boosting fails on such a column."""
    empty = np.isnan(features).all(axis=0)
    if not empty.any():
        return features
    filled = features.copy()
    filled[:, empty] = 0.0
    return filled


def fit_all(
    names: Sequence[str], data: Dataset, options: ModelOptions
) -> dict[str, Pipeline]:
    """Fit several pipelines to the same data, on all cores when that pays."""
    tasks = [joblib.delayed(fit_pipeline)(name, data, options) for name in names]
    return dict(zip(names, _run(tasks, _processes(names, data.rows)), strict=True))


def assemble(name: str, fitted: Mapping[str, Pipeline]) -> Model:
    """Return the pipeline of that name, or the soft vote of its members."""
    if name not in VOTES:
        return fitted[name]
    named = [(member, fitted[member]) for member in members(name)]
    weights = [VOTES[name][member] for member in members(name)]
    vote = VotingClassifier(named, voting="soft", weights=weights)
    # Its fit would fit the members again, and without their weights.
    vote.estimators_ = [pipeline for _, pipeline in named]
    vote.le_ = LabelEncoder().fit([0, 1])
    vote.classes_ = vote.le_.classes_
    return vote


def predict_out_of_fold(
    names: Sequence[str],
    train: Dataset,
    folds: Sequence[Fold],
    options: ModelOptions,
    tell: Callable[[str], None],
) -> dict[str, OutOfFold]:
    """Predict every fold by models that were fitted to its other rows."""
    tasks = [
        joblib.delayed(_fit_and_predict)(name, train, fold, options)
        for fold in folds
        for name in names
    ]
    results = iter(_run(tasks, _processes(names, train.rows), tell))
    by_name: dict[str, list[Floats]] = {name: [] for name in names}
    for _ in folds:
        for name in names:
            by_name[name].append(next(results))
    rows = np.concatenate([predicted for _, predicted in folds])
    numbers = np.repeat(np.arange(len(folds)), [len(p) for _, p in folds])
    return {
        name: OutOfFold(rows, np.concatenate(parts), numbers)
        for name, parts in by_name.items()
    }


def vote_out_of_fold(name: str, of_members: Mapping[str, OutOfFold]) -> OutOfFold:
    """Out-of-fold predictions of a vote, from those of its members."""
    parts = [of_members[member] for member in members(name)]
    mean = np.average(
        [part.probabilities for part in parts],
        axis=0,
        weights=[VOTES[name][member] for member in members(name)],
    )
    return OutOfFold(parts[0].rows, mean, parts[0].folds)


def _fit_and_predict(
    name: str, train: Dataset, fold: Fold, options: ModelOptions
) -> Floats:
    past = train.take(fold[0])
    vocabulary = learn_vocabulary(past)
    pipeline = fit_pipeline(name, vocabulary.apply(past), options)
    predicted = vocabulary.apply(train.take(fold[1]))
    probabilities: Floats = pipeline.predict_proba(predicted.features)[:, 1]
    return probabilities


def _processes(names: Sequence[str], rows: int) -> int:
    linear = set(names) == {"logistic-regression"}
    least = _LINEAR_PARALLEL_FROM_ROWS if linear else _PARALLEL_FROM_ROWS
    return (os.cpu_count() or 1) if rows >= least else 1


def _run(
    tasks: Sequence[Any], processes: int, tell: Callable[[str], None] | None = None
) -> list[Any]:
    """Run the tasks and return their results in order, telling of each third."""
    parallel = joblib.Parallel(n_jobs=min(processes, len(tasks)), return_as="generator")
    results = []
    for result in parallel(tasks):
        results.append(result)
        done = len(results)
        if tell and 3 * done // len(tasks) > 3 * (done - 1) // len(tasks):
            tell(f"  {done} of {len(tasks)} fits for out-of-fold predictions")
    return results
