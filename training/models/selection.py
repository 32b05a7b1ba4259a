"""Choose the champion by out-of-fold average precision and by what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score

from training.data.dataset import Dataset, Floats
from training.models.fitting import OutOfFold
from training.options import MODEL_NAMES


@dataclass(frozen=True)
class CrossValidation:
    """Average precision on each fold, by a model of the other rows."""

    fold_average_precision: tuple[float, ...]

    @property
    def average_precision(self) -> float:
        """Mean over the folds."""
        return float(np.mean(self.fold_average_precision))

    @property
    def standard_error(self) -> float | None:
        """Of the mean; None with a single fold, which shows no deviation."""
        scores = self.fold_average_precision
        return _standard_error(np.array(scores)) if len(scores) > 1 else None


def cross_validate(train: Dataset, predicted: OutOfFold) -> CrossValidation:
    """Compute average precision fold by fold; folds without frauds are left out."""
    scores = []
    for fold in np.unique(predicted.folds):
        inside = predicted.folds == fold
        rows = predicted.rows[inside]
        if train.labels[rows].any():
            scores.append(
                average_precision_score(
                    train.labels[rows],
                    predicted.probabilities[inside],
                    sample_weight=train.row_weights[rows],
                )
            )
    return CrossValidation(tuple(map(float, scores)))


def choose_champion(results: Mapping[str, CrossValidation]) -> str:
    """Return the cheapest model that is not clearly worse than the best.

    Clearly worse: by more than one standard error of the difference, taken fold by
    fold, because all models find the same folds hard.
    """
    best = max(results, key=lambda name: results[name].average_precision)
    for name in sorted(results, key=MODEL_NAMES.index):
        difference = np.subtract(
            results[best].fold_average_precision, results[name].fold_average_precision
        )
        if difference.mean() <= _standard_error(difference):
            return name
    return best


def difference_of(one: CrossValidation, other: CrossValidation) -> tuple[float, float]:
    """Return the mean of one less the other, fold by fold, and its standard error."""
    difference = np.subtract(one.fold_average_precision, other.fold_average_precision)
    return float(difference.mean()), _standard_error(difference)


def _standard_error(values: Floats) -> float:
    if len(values) < 2:  # noqa: PLR2004 - a deviation takes two
        return 0.0
    return float(values.std(ddof=1) / np.sqrt(len(values)))
