"""Read the data and refuse what cannot be trained on, before anything else runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from artifact.values import LARGEST
from training.data.dataset import Columns, Dataset, Floats
from training.data.tables import (
    column_names,
    find_files,
    read_table,
    row_place,
    sha256_of_files,
)
from training.errors import TrainingError

#: Beyond them, sums of weights lose rows to rounding.
WEIGHTS = (1e-9, 1e12)
#: A class that weighs less beside the other is lost to rounding in its turn.
LEAST_WEIGHT_SHARE = 1e-12


@dataclass(frozen=True)
class _Part:
    """One file and the rows of the data set that it fills."""

    file: Path
    table: pa.Table
    start: int

    @property
    def stop(self) -> int:
        return self.start + len(self.table)


def read_dataset(path: Path, columns: Columns) -> Dataset:
    """Read a file, or a directory of parts, into one validated data set.

    Raises
    ------
    TrainingError
        Naming the file, and the row and column where there is one. Never shows a
        value of a row.
    """
    files = find_files(path)
    features, weight = check_columns(files, columns)
    parts = _read_parts(files, [*features, columns.label, *weight])
    rows = parts[-1].stop
    matrix = np.empty((rows, len(features)))
    for position, name in enumerate(features):
        _fill(matrix[:, position], parts, name)
    labels = _fill(np.empty(rows), parts, columns.label)
    _check_labels(parts, labels, columns.label)
    weights = None
    for name in weight:
        weights = _fill(np.empty(rows), parts, name)
        _check_weights(parts, weights, name)
        _check_class_weights(parts, weights, labels, name)
    return Dataset(
        features=matrix,
        labels=labels.astype(np.int8),
        weights=weights,
        feature_names=tuple(features),
        columns=columns,
        sha256=sha256_of_files(files),
    )


def _shorten(names: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(name[:40] for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def check_columns(
    files: Sequence[Path], columns: Columns
) -> tuple[list[str], list[str]]:
    """Return the names of the features, and of the weight column if there is one.

    Reads the headers only.

    Raises
    ------
    TrainingError
        If a column that was named is absent or has two roles, a name is unclear, or
        parts differ.
    """
    _check_roles(columns)
    names = column_names(files[0])
    for other in files[1:]:
        difference = set(column_names(other)) ^ set(names)
        if difference:
            raise TrainingError(
                f"{other} and {files[0].name} differ in column {min(difference)!r}; "
                "all parts need the same columns."
            )
    if columns.label not in names:
        raise TrainingError(
            f"{files[0]} has no column {columns.label!r} for the label (it has "
            f"{_shorten(names)}); add it, or name another with --label-column."
        )
    for name in columns.drop:
        if name not in names:
            raise TrainingError(
                f"{files[0]} has no column {name!r}, which --drop-columns names; "
                "remove it from the list."
            )
    for option, name in _named(columns).items():
        if name not in names:
            raise TrainingError(
                f"{files[0]} has no column {name!r}, which {option} names (it has "
                f"{_shorten(names)}); correct the name, or leave the option out."
            )
    others = [name for name in names if name not in (*columns.drop, columns.label)]
    features = [name for name in others if name != columns.weight]
    if not features:
        raise TrainingError(
            f"{files[0]} has no feature besides the label; add numeric columns."
        )
    if Columns.weight in features:
        raise TrainingError(
            f"{files[0]}: --weight-column names {columns.weight!r}, and the column "
            f"{Columns.weight!r} would become a feature that leaks the label; leave "
            f"it out with --drop-columns {Columns.weight}."
        )
    return features, [name for name in others if name == columns.weight]


def _named(columns: Columns) -> dict[str, str]:
    """Option → name, of the optional columns whose name is not the default."""
    default = Columns()
    optional = {
        "--weight-column": (columns.weight, default.weight),
        "--time-column": (columns.time, default.time),
        "--amount-column": (columns.amount, default.amount),
    }
    return {option: name for option, (name, usual) in optional.items() if name != usual}


def _check_roles(columns: Columns) -> None:
    """Refuse a column that is named for two things.

    A default name may be dropped: such data have no weight, time or amount then.
    """
    roles = {
        "--label-column": columns.label,
        "--weight-column": columns.weight,
        "--time-column": columns.time,
        "--amount-column": columns.amount,
    }
    for (first, name), (second, other) in combinations(roles.items(), 2):
        if name == other:
            raise TrainingError(
                f"{first} and {second} both name the column {name!r}, expected one "
                "meaning for each column; name another, or rename it in the data."
            )
    for option, name in {"--label-column": columns.label, **_named(columns)}.items():
        if name in columns.drop:
            raise TrainingError(
                f"--drop-columns leaves out {name!r}, which {option} names; remove it "
                "from one of them."
            )


def _read_parts(files: Sequence[Path], names: Sequence[str]) -> list[_Part]:
    parts: list[_Part] = []
    for file in files:
        table = read_table(file, names)
        if not len(table):
            raise TrainingError(f"{file} has a header and no rows; write it again.")
        parts.append(_Part(file, table, parts[-1].stop if parts else 0))
    for name in names:
        if all(part.table[name].null_count == len(part.table) for part in parts):
            raise TrainingError(
                f"{files[0]}: column {name!r} is empty; fill it, or leave it out with "
                f"--drop-columns {name}."
            )
    return parts


def _fill(out: Floats, parts: Sequence[_Part], name: str) -> Floats:
    """Copy one column of all parts into `out`; refuse what is not a finite number."""
    for part in parts:
        column = part.table[name]
        position = part.start
        for chunk in column.chunks:
            # A null becomes NaN here and is refused below with it.
            out[position : position + len(chunk)] = chunk.to_numpy(zero_copy_only=False)
            position += len(chunk)
    too_large = ~(np.abs(out) <= LARGEST)
    if too_large.any():
        _refuse(parts, np.isnan(out), name, "is empty, expected a number")
        _refuse(
            parts,
            too_large,
            name,
            f"is beyond {LARGEST:g}, too large to compute with",
        )
    return out


def _refuse(
    parts: Sequence[_Part], wrong: npt.NDArray[np.bool_], name: str, what: str
) -> None:
    """Raise for the first row that is wrong, naming its file and place there."""
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    part = next(part for part in parts if row < part.stop)
    raise TrainingError(
        f"{part.file}: column {name!r} in {row_place(part.file, row - part.start)} "
        f"{what}; correct or remove the row."
    )


def _check_weights(parts: Sequence[_Part], weights: Floats, name: str) -> None:
    low, high = WEIGHTS
    _refuse(parts, weights <= 0, name, "expected a weight greater than 0")
    _refuse(parts, weights < low, name, f"expected a weight of at least {low:g}")
    _refuse(parts, weights > high, name, f"expected a weight of at most {high:g}")


def _check_class_weights(
    parts: Sequence[_Part], weights: Floats, labels: Floats, name: str
) -> None:
    share = float(weights @ labels / weights.sum())
    if not LEAST_WEIGHT_SHARE <= share <= 1 - LEAST_WEIGHT_SHARE:
        raise TrainingError(
            f"{parts[0].file}: column {name!r} gives the frauds {share:.3g} of all "
            f"weight, expected at least {LEAST_WEIGHT_SHARE:g} for each class; correct "
            "the weights."
        )


def _check_labels(parts: Sequence[_Part], labels: Floats, name: str) -> None:
    wrong = (labels != 0) & (labels != 1)
    _refuse(parts, wrong, name, "is neither 0 (legitimate) nor 1 (fraud)")
    for value, word in ((0, "legitimate"), (1, "fraudulent")):
        if not (labels == value).any():
            raise TrainingError(
                f"{parts[0].file}: column {name!r} has no row of value {value} "
                f"({word}); training needs both classes."
            )
