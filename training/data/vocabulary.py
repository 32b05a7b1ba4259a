"""The categories that a model knows: those frequent enough in what it learns from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from artifact.columns import Column, Kind
from training.data.dataset import Dataset, Floats

Counts = npt.NDArray[np.intp]

#: A value in fewer rows, or in a smaller share of few rows, is "other".
_LEAST_ROWS = 10
_LEAST_SHARE = 0.005


@dataclass(frozen=True)
class Vocabulary:
    """For each category: what its codes become.

    `codes` holds per feature's place an array from old code to new; the last code,
    old and new, is "other".
    """

    codes: dict[int, Floats]
    columns: dict[str, Column]

    def apply(self, data: Dataset) -> Dataset:
        """Return the data with the new codes."""
        if not self.codes:
            return data
        features = data.features.copy()
        for position, table in self.codes.items():
            old = features[:, position]
            known = ~np.isnan(old)
            features[known, position] = table[old[known].astype(np.intp)]
        table_columns = tuple(self.columns.get(c.name, c) for c in data.table)
        return replace(data, features=features, table=table_columns)


def learn_vocabulary(train: Dataset) -> Vocabulary:
    """Order each category's values by falling frequency; rare ones become "other"."""
    return vocabulary_of(train.inputs, count_codes(train), train.rows)


def count_codes(data: Dataset) -> dict[int, Counts]:
    """Return per category's place the rows of each of its values."""
    counts = {}
    for position, column in enumerate(data.inputs):
        if column.kind is Kind.CATEGORY:
            values = data.features[:, position]
            seen = values[~np.isnan(values)].astype(np.intp)
            size = len(column.categories)
            counts[position] = np.bincount(seen, minlength=size + 1)[:size]
    return counts


def vocabulary_of(
    inputs: Sequence[Column], counts: Mapping[int, Counts], rows: int
) -> Vocabulary:
    """Return the vocabulary of so many rows with these counts of values."""
    least = min(_LEAST_ROWS, max(2, int(_LEAST_SHARE * rows)))
    codes: dict[int, Floats] = {}
    columns: dict[str, Column] = {}
    for position, of_value in counts.items():
        column = inputs[position]
        order = np.argsort(-of_value, kind="stable")
        kept = [int(code) for code in order if of_value[code] >= least]
        table = np.full(len(of_value) + 1, float(len(kept)))
        table[kept] = np.arange(len(kept))
        codes[position] = table
        values = tuple(column.categories[code] for code in kept)
        columns[column.name] = replace(column, categories=values)
    return Vocabulary(codes, columns)
