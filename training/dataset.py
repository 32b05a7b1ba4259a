"""The data in memory: a matrix of features, a label, and a weight for each row."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Columns:
    """The columns of the data that are not features."""

    label: str = "Class"
    #: Optional in the data: how many rows of the population one row stands for.
    weight: str = "SampleWeight"
    drop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """Transactions with their labels.

    Shapes: `features` (n_rows, n_features), `labels` and `weights` (n_rows,).
    """

    features: Floats
    labels: Labels
    weights: Floats | None
    feature_names: tuple[str, ...]
    label: str
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

    def take(self, rows: Indices) -> Self:
        """Return the data set of these rows, in this order."""
        return replace(
            self,
            features=self.features[rows],
            labels=self.labels[rows],
            weights=None if self.weights is None else self.weights[rows],
        )
