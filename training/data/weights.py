"""How many rows of the population each row stands for."""

from dataclasses import replace

import numpy as np

from artifact.columns import Kind
from training.columns import Columns
from training.data.dataset import Floats
from training.data.kinds import find_kind
from training.data.shown_names import shown
from training.data.tables import Table

#: Beyond them, sums of weights lose rows to rounding.
WEIGHTS = (1e-9, 1e12)
#: A class that weighs less beside the other is lost to rounding in its turn.
LEAST_WEIGHT_SHARE = 1e-12


def read_weights(table: Table, columns: Columns) -> Floats | None:
    """Return the weights of shape (n_rows,), NaN for none; None without a column."""
    name = columns.weight
    if name not in table.data.column_names or name in columns.drop:
        return None
    found = find_kind(
        name,
        table.data[name],
        replace(columns, kinds={name: Kind.NUMBER}, drop=(), missing_values=()),
        is_text_file=name in table.text_names,
    )
    if found.values is None:
        return np.full(len(table.data), np.nan)
    return found.values


def weight_faults(
    table: Table, columns: Columns, weights: Floats | None, labels: Floats
) -> list[str]:
    """Say what is wrong with the weights, the first of it only."""
    if weights is None:
        return []
    low, high = WEIGHTS
    for wrong, what in (
        (np.isnan(weights), "is empty or no number, expected a weight"),
        (weights <= 0, "expected a weight greater than 0"),
        (weights < low, f"expected a weight of at least {low:g}"),
        (weights > high, f"expected a weight of at most {high:g}"),
    ):
        if wrong.any():
            file, place = table.place(int(np.argmax(wrong)))
            where = f"{file}: column {shown(columns.weight)} in {place}"
            return [f"{where} {what}; correct or remove the row."]
    known = np.isin(labels, (0, 1))
    if table.is_sample or len(np.unique(labels[known])) < 2:  # noqa: PLR2004
        return []
    share = float(weights[known] @ labels[known] / weights[known].sum())
    if LEAST_WEIGHT_SHARE <= share <= 1 - LEAST_WEIGHT_SHARE:
        return []
    fault = (
        f"{table.parts[0].file}: column {shown(columns.weight)} gives the frauds "
        f"{share:.3g} of all weight, expected at least {LEAST_WEIGHT_SHARE:g} for each "
        "class; correct the weights."
    )
    return [fault]
