"""Folds within the training part, for everything that is chosen there."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from training.data.dataset import Dataset, Indices
from training.data.split import known_before
from training.errors import TrainingError
from training.options import Protocol

FOLDS = 5
#: `time`: shares of the training part at which a fold begins and the last ends.
#: Each is predicted by a model of all that came before it.
_CUTS = (0.4, 0.55, 0.7, 0.85, 1.0)

Fold = tuple[Indices, Indices]


def make_folds(
    train: Dataset,
    protocol: Protocol,
    random_state: int,
    label_delay_hours: float = 0.0,
) -> list[Fold]:
    """Return (rows to fit on, rows to predict) pairs, disjoint in the second.

    They follow the protocol of the split, so that what is chosen on them is chosen
    under the conditions it will be judged under. By time, `label_delay_hours` keeps a
    gap before each fold.

    Raises
    ------
    TrainingError
        If the training part has too few rows of a class for two folds, or none of
        them in what the folds predict.
    """
    if protocol == "time":
        folds = list(_forward(train, label_delay_hours))
    else:
        count = min(FOLDS, train.frauds, train.rows - train.frauds)
        folds = list(_random(train, protocol, count, random_state))
    folds = [fold for fold in folds if _both_in(train, fold[0])]
    predicted = [rows for _, rows in folds]
    if not folds or not _both_in(train, np.concatenate(predicted)):
        where = " or at the wrong times" if protocol == "time" else ""
        raise TrainingError(
            f"The training part has {train.frauds} frauds, too few{where} for "
            "out-of-fold predictions of both classes; add rows, or use --calibration "
            "none with a named --model and a fixed --threshold."
        )
    return folds


def _forward(train: Dataset, delay_hours: float) -> Iterator[Fold]:
    ends = [round(share * train.rows) for share in _CUTS]
    for start, stop in pairwise(ends):
        past, fold = np.arange(start), np.arange(start, stop)
        if train.times is not None and len(fold):
            past = known_before(train.times, past, fold, delay_hours, train.reported)
        yield past, fold


def _random(
    train: Dataset, protocol: Protocol, count: int, random_state: int
) -> Iterator[Fold]:
    if count < 2:  # noqa: PLR2004 - a fold and the rest
        return
    if protocol == "grouped":
        grouped = StratifiedGroupKFold(count, shuffle=True, random_state=random_state)
        yield from grouped.split(train.features, train.labels, train.row_hashes)
    else:
        plain = StratifiedKFold(count, shuffle=True, random_state=random_state)
        yield from plain.split(train.features, train.labels)


def _both_in(train: Dataset, rows: Indices) -> bool:
    return bool(0 < np.count_nonzero(train.labels[rows]) < len(rows))
