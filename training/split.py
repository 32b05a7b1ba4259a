"""Divide the data into the part to learn from and the part to be judged on."""

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import train_test_split

from training.dataset import Dataset
from training.errors import TrainingError


@dataclass(frozen=True)
class Split:
    """The two parts; nothing but the final evaluation may look at `test`."""

    train: Dataset
    test: Dataset


def split_stratified(data: Dataset, *, test_size: float, random_state: int) -> Split:
    """Split by chance, with the same share of frauds on both sides.

    Raises
    ------
    TrainingError
        If one side would be without frauds or without legitimate rows.
    """
    try:
        train, test = train_test_split(
            np.arange(data.rows),
            test_size=test_size,
            random_state=random_state,
            stratify=data.labels,
        )
    except ValueError:
        train, test = np.arange(0), np.arange(0)
    split = Split(data.take(train), data.take(test))
    for part in (split.train, split.test):
        if not 0 < part.frauds < part.rows:
            raise TrainingError(
                f"The data has {data.frauds} frauds in {data.rows} rows, too few to "
                f"have both classes on both sides of the split; add rows or change "
                f"--test-size {test_size:g}."
            )
    return split
