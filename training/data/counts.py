"""How many rows of each kind there are: what ``metrics.json`` says of the data."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from training.data.dataset import Dataset, Hashes
from training.data.split import Split, duplicates_across


@dataclass(frozen=True)
class Counts:
    """Rows of the data and of its parts, unweighted unless the name says otherwise."""

    rows: int
    frauds: int
    has_weights: bool
    weighted_rows: float
    weighted_frauds: float
    #: Rows with the features of an earlier one.
    repeated_rows: int
    train_rows: int
    train_frauds: int
    test_rows: int
    test_frauds: int
    #: Test rows with the features of a training row.
    repeated_test_rows: int

    @classmethod
    def of(cls, data: Dataset, parts: Split) -> Self:
        """Count the rows of data in memory."""
        return cls(
            rows=data.rows,
            frauds=data.frauds,
            has_weights=data.weights is not None,
            weighted_rows=float(data.row_weights.sum()),
            weighted_frauds=float(data.row_weights @ data.labels),
            repeated_rows=_repeats(data.row_hashes),
            train_rows=parts.train.rows,
            train_frauds=parts.train.frauds,
            test_rows=parts.test.rows,
            test_frauds=parts.test.frauds,
            repeated_test_rows=duplicates_across(parts),
        )


def _repeats(hashes: Hashes) -> int:
    """Count the rows with the hash of an earlier one."""
    in_order = np.sort(hashes)
    return int(np.count_nonzero(in_order[1:] == in_order[:-1]))
