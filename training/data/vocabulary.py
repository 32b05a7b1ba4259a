"""The categories that a model knows: those frequent enough in what it learns from."""

from dataclasses import dataclass, replace

import numpy as np

from artifact.columns import Column, Kind
from training.data.dataset import Dataset, Floats

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
    least = min(_LEAST_ROWS, max(2, int(_LEAST_SHARE * train.rows)))
    codes: dict[int, Floats] = {}
    columns: dict[str, Column] = {}
    for position, column in enumerate(train.inputs):
        if column.kind is not Kind.CATEGORY:
            continue
        old = train.features[:, position]
        size = len(column.categories)
        seen = old[~np.isnan(old)].astype(np.intp)
        counts = np.bincount(seen, minlength=size + 1)[:size]
        order = np.argsort(-counts, kind="stable")
        kept = [int(code) for code in order if counts[code] >= least]
        table = np.full(size + 1, float(len(kept)))
        table[kept] = np.arange(len(kept))
        codes[position] = table
        values = tuple(column.categories[code] for code in kept)
        columns[column.name] = replace(column, categories=values)
    return Vocabulary(codes, columns)
