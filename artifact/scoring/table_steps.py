"""Operations of models that take categories, timestamps and gaps (NaN)."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Arrays = Mapping[str, npt.NDArray[np.generic]]
Node = Mapping[str, Any]
Evaluate = Callable[[Array], Array]
Build = Callable[[Node, Arrays], Evaluate]


def assemble(node: Node, arrays: Arrays, build: Build) -> Evaluate:
    """Transform groups of columns into any number of columns, side by side."""
    below = build(node["of"], arrays)
    groups = [
        (np.asarray(arrays[group["columns"]], np.intp), build(group["by"], arrays))
        for group in node["groups"]
    ]

    def evaluate(rows: Array) -> Array:
        rows = below(rows)
        parts = [change(rows.take(columns, axis=1)) for columns, change in groups]
        return np.concatenate(parts, axis=1)

    return evaluate


def floor_divide(node: Node, arrays: Arrays, build: Build) -> Evaluate:
    """Whole multiples of a divisor, such as days in a week's seconds."""
    below, divisor = build(node["of"], arrays), node["divisor"]
    return lambda rows: np.floor_divide(below(rows), divisor)


def difference(node: Node, arrays: Arrays, build: Build) -> Evaluate:
    """Each column less the one before it."""
    below = build(node["of"], arrays)

    def evaluate(rows: Array) -> Array:
        rows = below(rows)
        differences: Array = rows[:, 1:] - rows[:, :-1]
        return differences

    return evaluate


def one_hot(node: Node, arrays: Arrays, build: Build) -> Evaluate:
    """1 where a column has a value, else 0; NaN is a value too."""
    below = build(node["of"], arrays)
    columns = np.asarray(arrays[node["columns"]], np.intp)
    values = np.asarray(arrays[node["values"]], np.float64)
    missing = np.isnan(values)

    def evaluate(rows: Array) -> Array:
        chosen = below(rows).take(columns, axis=1)
        hot = chosen == values
        if missing.any():
            hot |= missing & np.isnan(chosen)
        numbers: Array = hot.astype(np.float64)
        return numbers

    return evaluate


def impute(node: Node, arrays: Arrays, build: Build) -> Evaluate:
    """Fill gaps column by column, and add a column for some that says so."""
    below = build(node["of"], arrays)
    fill = np.asarray(arrays[node["fill"]], np.float64)
    indicated = np.asarray(arrays[node["indicated"]], np.intp)

    def evaluate(rows: Array) -> Array:
        rows = below(rows)
        gaps = np.isnan(rows)
        filled = np.where(gaps, fill, rows)
        return np.concatenate([filled, gaps.take(indicated, axis=1)], axis=1)

    return evaluate


def gaps_right(node: Node, arrays: Arrays, build: Build) -> Evaluate:
    """Append copies of columns in which a gap is larger than every threshold.

    A comparison with NaN sends a row to the left. Where a tree wants it right, it
    looks at the copy.
    """
    below = build(node["of"], arrays)
    columns = np.asarray(arrays[node["columns"]], np.intp)

    def evaluate(rows: Array) -> Array:
        rows = below(rows)
        copies = rows.take(columns, axis=1)
        copies[np.isnan(copies)] = np.inf
        return np.concatenate([rows, copies], axis=1)

    return evaluate


TABLE_OPERATIONS: Mapping[str, Callable[[Node, Arrays, Build], Evaluate]] = {
    "assemble": assemble,
    "floor_divide": floor_divide,
    "difference": difference,
    "one_hot": one_hot,
    "impute": impute,
    "gaps_right": gaps_right,
}
