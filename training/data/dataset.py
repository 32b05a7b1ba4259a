"""The data in memory: a matrix of features, a label, and a weight for each row."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from artifact.columns import Column, Kind
from training.columns import Columns

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int8]
Indices = npt.NDArray[np.intp]
Hashes = npt.NDArray[np.uint64]

SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True)
class Dataset:
    """Transactions with their labels.

    Shapes: `features` (n_rows, n_features), `labels` and `weights` (n_rows,).

    A feature is a number, the code of a category (its place in
    ``Column.categories``), or a timestamp in seconds since 1970; NaN is missing.
    """

    features: Floats
    labels: Labels
    #: None when every row stands for itself.
    weights: Floats | None
    feature_names: tuple[str, ...]
    columns: Columns
    #: Of the file; of names and hashes when there are several.
    sha256: str
    #: Every column of the table in its order; empty: all features are numbers.
    table: tuple[Column, ...] = ()
    #: For each entity a number per row; equal keys have equal numbers, -1 is missing.
    entities: Mapping[str, Indices] = field(default_factory=dict)
    #: For each entity the text of each number.
    entity_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: When each row's fraud was reported, in seconds; NaN where that is not known,
    #: None where no column says it.
    reported: Floats | None = None
    #: Rows whose label is not known, which have 0 there; None where all are known.
    #: They belong to histories and to nothing else.
    unlabelled: npt.NDArray[np.bool_] | None = None
    #: How many rows each was drawn to stand for, which its weight has in it; None
    #: where every row stands for itself.
    stands_for: Floats | None = None
    #: What was noticed while reading, a sentence each.
    notes: tuple[str, ...] = ()

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
    def inputs(self) -> tuple[Column, ...]:
        """The features' columns, in their order."""
        by_name = {column.name: column for column in self.table}
        return tuple(
            by_name.get(name, Column(name, Kind.NUMBER)) for name in self.feature_names
        )

    @property
    def is_plain(self) -> bool:
        """Whether every feature is a number that is always there."""
        return all(column.is_plain for column in self.inputs)

    @property
    def amount_form(self) -> Column | None:
        """How text writes the amount, without anything else; None for plain numbers."""
        for column in self.inputs:
            if column.name == self.columns.amount and column.number_form_as_dict():
                return column.number_form
        return None

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

    def take(self, rows: Indices | slice) -> Self:
        """Return the data set of these rows, in this order; of a slice, no copy."""
        return replace(
            self,
            features=self.features[rows],
            labels=self.labels[rows],
            weights=None if self.weights is None else self.weights[rows],
            stands_for=None if self.stands_for is None else self.stands_for[rows],
            entities={name: keys[rows] for name, keys in self.entities.items()},
            reported=None if self.reported is None else self.reported[rows],
            unlabelled=None if self.unlabelled is None else self.unlabelled[rows],
        )

    def labelled(self) -> Self:
        """Return the data set of the rows whose label is known."""
        if self.unlabelled is None:
            return self
        kept = self.take(np.flatnonzero(~self.unlabelled))
        return replace(kept, unlabelled=None)

    def without(self, names: Collection[str]) -> Self:
        """Return the data set without some of its features."""
        kept = [i for i, name in enumerate(self.feature_names) if name not in names]
        return replace(
            self,
            features=self.features[:, kept],
            feature_names=tuple(self.feature_names[i] for i in kept),
        )

    def _feature(self, name: str) -> Floats | None:
        if name not in self.feature_names:
            return None
        return self.features[:, self.feature_names.index(name)]
