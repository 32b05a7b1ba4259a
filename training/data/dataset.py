"""The data in memory: a matrix of features, a label, and a weight for each row."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]
Indices = npt.NDArray[np.intp]
Hashes = npt.NDArray[np.uint64]

SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True)
class Columns:
    """The columns of the data that mean something besides being features."""

    label: str = "Class"
    #: Optional in the data: how many rows of the population one row stands for.
    weight: str = "SampleWeight"
    #: Optional: seconds since any beginning.
    time: str = "Time"
    #: Optional: what the transaction is worth, in the currency of the costs.
    amount: str = "Amount"
    drop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """Transactions with their labels.

    Shapes: `features` (n_rows, n_features), `labels` and `weights` (n_rows,).
    """

    features: Floats
    labels: Labels
    #: None when every row stands for itself.
    weights: Floats | None
    feature_names: tuple[str, ...]
    columns: Columns
    #: Of the file; of names and hashes when there are several.
    sha256: str

    @property
    def rows(self) -> int:
        """Number of rows, unweighted."""
        return len(self.labels)

    @cached_property
    def frauds(self) -> int:
        """Number of rows with label 1, unweighted."""
        return int(np.count_nonzero(self.labels))

    @cached_property
    def row_weights(self) -> Floats:
        """The weights, or ones."""
        return np.ones(self.rows) if self.weights is None else self.weights

    @cached_property
    def times(self) -> Floats | None:
        """Seconds, if the data have a time."""
        return self._feature(self.columns.time)

    @cached_property
    def amounts(self) -> Floats | None:
        """Money, if the data have an amount."""
        return self._feature(self.columns.amount)

    @cached_property
    def row_hashes(self) -> Hashes:
        """64-bit hashes of the features: equal rows have equal hashes."""
        multipliers = np.random.default_rng(0).integers(
            1, 2**63, size=len(self.feature_names), dtype=np.uint64
        )
        hashes = np.zeros(self.rows, dtype=np.uint64)
        for position, multiplier in enumerate(multipliers):
            # Adding 0.0 makes -0.0 and 0.0 the same bits.
            bits = (self.features[:, position] + 0.0).view(np.uint64)
            hashes = (hashes ^ (bits >> np.uint64(32)) ^ bits) * (
                multiplier | np.uint64(1)
            )
        return hashes

    def take(self, rows: Indices) -> Self:
        """Return the data set of these rows, in this order."""
        return replace(
            self,
            features=self.features[rows],
            labels=self.labels[rows],
            weights=None if self.weights is None else self.weights[rows],
        )

    def _feature(self, name: str) -> Floats | None:
        if name not in self.feature_names:
            return None
        return self.features[:, self.feature_names.index(name)]
