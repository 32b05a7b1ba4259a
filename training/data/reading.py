"""Read the data and refuse what cannot be trained on, before anything else runs."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from artifact.columns import Column, Kind
from artifact.values import LARGEST
from training.columns import Columns
from training.data.dataset import Dataset, Floats
from training.data.kinds import Found, find_kind
from training.data.labels import read_labels
from training.data.tables import (
    Table,
    column_names,
    find_files,
    partitions_of,
    read_table,
    sha256_of_files,
)
from training.data.words import shown, shown_list
from training.errors import TrainingError

#: Beyond them, sums of weights lose rows to rounding.
WEIGHTS = (1e-9, 1e12)
#: A class that weighs less beside the other is lost to rounding in its turn.
LEAST_WEIGHT_SHARE = 1e-12
#: So many faults are named at once.
_MOST_FAULTS = 10


def read_dataset(path: Path, columns: Columns) -> Dataset:
    """Read a file, or a directory of parts, into one validated data set.

    Raises
    ------
    TrainingError
        Naming the file, and the row and column where there is one. Never shows a
        value of a row.
    """
    files = find_files(path)
    check_columns(files, columns)
    table = read_table(files)
    found = find_kinds(table, columns)
    faults = faults_of(table, found, columns)
    if faults:
        raise TrainingError(_joined(faults))
    labels = read_labels(table.data[columns.label], columns, str(files[0]))
    weights = read_weights(table, columns)
    inputs = [item for item in found if item.values is not None]
    data = Dataset(
        features=np.column_stack([v for i in inputs if (v := i.values) is not None]),
        labels=np.where(np.isnan(labels), 0, labels).astype(np.int8),
        weights=weights,
        feature_names=tuple(item.column.name for item in inputs),
        columns=columns,
        sha256=sha256_of_files(files),
        table=tuple(item.column for item in found),
        entities={i.column.name: k for i in found if (k := i.keys) is not None},
        entity_values={
            i.column.name: i.key_values for i in found if i.keys is not None
        },
        notes=tuple(_notes(table, found)),
    )
    return _labelled(table, data, labels)


def find_kinds(table: Table, columns: Columns) -> list[Found]:
    """Say of every column of a table what it is, in the table's order."""
    found: list[Found] = []
    for name in table.data.column_names:
        if name == columns.label:
            found.append(Found(Column(name, Kind.LABEL, "it is named as the label")))
        elif name == columns.weight:
            found.append(Found(Column(name, Kind.WEIGHT, "it is named as the weight")))
        else:
            found.append(
                find_kind(
                    name,
                    table.data[name],
                    columns,
                    is_text_file=name in table.text_names,
                )
            )
    return _without_copies(found, columns)


def _without_copies(found: list[Found], columns: Columns) -> list[Found]:
    """Drop timestamps that say the same as another: the named time stays."""
    moments = [item for item in found if item.column.kind is Kind.TIMESTAMP]
    moments.sort(key=lambda item: item.column.name != columns.time)
    copies: dict[str, str] = {}
    for first, second in combinations(moments, 2):
        name = second.column.name
        if (
            name not in copies
            and name not in columns.kinds
            and first.column.name not in copies
            and first.values is not None
            and second.values is not None
            and np.array_equal(first.values, second.values, equal_nan=True)
        ):
            copies[name] = first.column.name
    return [
        Found(
            Column(
                item.column.name,
                Kind.DROPPED,
                f"the same moments as {shown(copies[item.column.name])}",
            )
        )
        if item.column.name in copies
        else item
        for item in found
    ]


def faults_of(table: Table, found: Sequence[Found], columns: Columns) -> list[str]:
    """Say everything about the columns that keeps them from being trained on."""
    faults = []
    where = str(table.parts[0].file)
    for item in found:
        column, name = item.column, shown(item.column.name)
        if item.stray is not None:
            file, place = _place(table, item.stray)
            expected = "timestamps" if column.kind is Kind.TIMESTAMP else "numbers"
            faults.append(
                f"{file}: column {name} holds {item.stray_kind} in {place}, expected "
                f"{expected}; correct it, or take the column as a category or entity "
                "with --kinds."
            )
        elif item.values is not None and column.kind is Kind.NUMBER:
            too_large = np.abs(item.values) > LARGEST
            if too_large.any():
                file, place = _place(table, too_large)
                faults.append(
                    f"{file}: column {name} in {place} is beyond {LARGEST:g}, too "
                    "large to compute with; correct or remove the row."
                )
        if column.name in columns.drop:
            continue
        if column.name == columns.amount and column.kind is not Kind.NUMBER:
            faults.append(
                f"{where}: the amount {name} is of kind {column.kind} ({column.why}), "
                "expected numbers; name another with --amount-column."
            )
        if column.name == columns.time and column.kind not in (
            *(Kind.NUMBER, Kind.TIMESTAMP, Kind.DROPPED),
        ):
            faults.append(
                f"{where}: the time {name} is of kind {column.kind} ({column.why}), "
                "expected timestamps or numbers; name another with --time-column."
            )
        if (
            column.name in (columns.time, columns.amount)
            and item.values is not None
            and np.isnan(item.values).any()
        ):
            file, place = _place(table, np.isnan(item.values))
            faults.append(
                f"{file}: column {name} in {place} is empty, and the "
                f"{'time' if column.name == columns.time else 'amount'} is needed in "
                "every row; fill it or remove the row."
            )
    if not any(item.column.kind.is_input for item in found):
        kinds = ", ".join(sorted({str(item.column.kind) for item in found}))
        faults.append(
            f"{where} has no feature besides the label (it has columns of kind "
            f"{kinds}); add columns of numbers, categories or timestamps."
        )
    return faults


def _joined(faults: Sequence[str]) -> str:
    more = len(faults) - _MOST_FAULTS
    words = " ".join(faults[:_MOST_FAULTS])
    return f"{words} And {more} more." if more > 0 else words


def _place(table: Table, wrong: npt.NDArray[np.bool_]) -> tuple[Path, str]:
    return table.place(int(np.argmax(wrong)))


def _notes(table: Table, found: Sequence[Found]) -> list[str]:
    notes = [f"{table.parts[0].file.name}: {note}" for note in table.notes]
    notes += [note for item in found for note in item.notes]
    by_kind: dict[Kind, list[str]] = {}
    for item in found:
        by_kind.setdefault(item.column.kind, []).append(item.column.name)
    words = {
        Kind.CATEGORY: "categories",
        Kind.TIMESTAMP: "timestamps",
        Kind.ENTITY: "entities, keys for history and no inputs",
        Kind.CONSTANT: "constant and left out",
        Kind.EMPTY: "empty and left out",
        Kind.UNNAMED: "without a name and left out",
    }
    notes += [
        f"{word}: {shown_list(by_kind[kind])}"
        for kind, word in words.items()
        if kind in by_kind
    ]
    notes += [
        f"{shown(item.column.name)} is left out: {item.column.why}"
        for item in found
        if item.column.kind is Kind.DROPPED and "--drop-columns" not in item.column.why
    ]
    return notes


def _labelled(table: Table, data: Dataset, labels: Floats) -> Dataset:
    """Check the labels, and leave rows without one out where that was chosen."""
    absent = refuse_labels(table, labels, data.columns)
    for value in (0, 1):
        if not (labels == value).any():
            raise without_class(value, str(table.parts[0].file), data.columns.label)
    if data.weights is not None:
        _check_class_weights(table, data.weights, labels, data.columns.weight)
    if not absent.any():
        return data
    count = int(np.count_nonzero(absent))
    said = f"{count:,} rows without a label are left out"
    kept = data.take(np.flatnonzero(~absent))
    return replace(kept, notes=(*data.notes, said))


def refuse_labels(
    table: Table, labels: Floats, columns: Columns
) -> npt.NDArray[np.bool_]:
    """Refuse what is no label; return which rows have none, where that is allowed.

    Raises
    ------
    TrainingError
        Naming the first such row.
    """
    name = columns.label
    absent = np.isnan(labels)
    if absent.any() and columns.unlabelled == "refuse":
        file, place = _place(table, absent)
        raise TrainingError(
            f"{file}: column {shown(name)} in {place} is empty, the first of "
            f"{np.count_nonzero(absent):,} rows without a label; label them, or leave "
            "them out with --unlabelled drop."
        )
    wrong = ~absent & (labels != 0) & (labels != 1)
    if wrong.any():
        file, place = _place(table, wrong)
        raise TrainingError(
            f"{file}: column {shown(name)} in {place} is neither 0 (legitimate) nor 1 "
            "(fraud); correct it, or name the value that means fraud with "
            "--fraud-value."
        )
    return absent


def without_class(value: int, where: str, label: str) -> TrainingError:
    """Return the error of data whose label has one value only."""
    word = "fraudulent" if value else "legitimate"
    return TrainingError(
        f"{where}: column {shown(label)} has no row of value {value} ({word}); "
        "training needs both classes."
    )


def check_sample(files: Sequence[Path], columns: Columns) -> None:
    """Look at the headers and the first rows, and name all that is wrong at once.

    Raises
    ------
    TrainingError
        As `read_dataset`, for what the first rows show.
    """
    check_columns(files, columns)
    table = read_table(files, sample=True)
    faults = faults_of(table, find_kinds(table, columns), columns)
    if faults:
        raise TrainingError(_joined(faults))


def check_columns(files: Sequence[Path], columns: Columns) -> list[str]:
    """Return the names of all columns, after a look at the headers only.

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
                f"{other} and {files[0].name} differ in column "
                f"{shown(min(difference))}; all parts need the same columns."
            )
    partitions = partitions_of(files[0], files)
    names += [name for name in partitions if name not in names]
    if columns.label not in names:
        raise TrainingError(
            f"{files[0]} has no column {shown(columns.label)} for the label (it has "
            f"{shown_list(names)}); add it, or name another with --label-column."
        )
    _check_named(files[0], names, columns)
    used = {*columns.drop, columns.label, columns.weight}
    others = [name for name in names if name not in used]
    if not others:
        raise TrainingError(
            f"{files[0]} has no feature besides the label; add numeric columns."
        )
    if Columns.weight in others:
        raise TrainingError(
            f"{files[0]}: --weight-column names {shown(columns.weight)}, and the "
            f"column {Columns.weight!r} would become a feature that leaks the label; "
            f"leave it out with --drop-columns {Columns.weight}."
        )
    return names


def _check_named(file: Path, names: Sequence[str], columns: Columns) -> None:
    """Refuse an option that names a column which is not there."""
    lists = {
        "--drop-columns": columns.drop,
        "--entities": columns.entities,
        "--categories": columns.categories,
        "--kinds": tuple(columns.kinds),
    }
    for option, listed in lists.items():
        for name in listed:
            if name not in names:
                raise TrainingError(
                    f"{file} has no column {shown(name)}, which {option} names; "
                    "remove it from the list."
                )
    for option, name in _named(columns).items():
        if name not in names:
            raise TrainingError(
                f"{file} has no column {shown(name)}, which {option} names (it has "
                f"{shown_list(names)}); correct the name, or leave the option out."
            )


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
                f"{first} and {second} both name the column {shown(name)}, expected "
                "one meaning for each column; name another, or rename it in the data."
            )
    for option, name in {"--label-column": columns.label, **_named(columns)}.items():
        if name in columns.drop:
            raise TrainingError(
                f"--drop-columns leaves out {shown(name)}, which {option} names; "
                "remove it from one of them."
            )


def read_weights(table: Table, columns: Columns) -> Floats | None:
    """Return the rows' weights; None where the table has none.

    Raises
    ------
    TrainingError
        Naming the first row whose weight is refused.
    """
    name = columns.weight
    if name not in table.data.column_names or name in columns.drop:
        return None
    found = find_kind(
        name,
        table.data[name],
        replace(columns, kinds={name: Kind.NUMBER}, drop=(), missing_values=()),
        is_text_file=name in table.text_names,
    )
    weights = found.values
    if weights is None:
        weights = np.full(len(table.data), np.nan)
    low, high = WEIGHTS
    for wrong, what in (
        (np.isnan(weights), "is empty or no number, expected a weight"),
        (weights <= 0, "expected a weight greater than 0"),
        (weights < low, f"expected a weight of at least {low:g}"),
        (weights > high, f"expected a weight of at most {high:g}"),
    ):
        if wrong.any():
            file, place = _place(table, wrong)
            raise TrainingError(
                f"{file}: column {shown(name)} in {place} {what}; correct or remove "
                "the row."
            )
    return weights


def _check_class_weights(
    table: Table, weights: Floats, labels: Floats, name: str
) -> None:
    known = ~np.isnan(labels)
    share = float(weights[known] @ labels[known] / weights[known].sum())
    if not LEAST_WEIGHT_SHARE <= share <= 1 - LEAST_WEIGHT_SHARE:
        raise TrainingError(
            f"{table.parts[0].file}: column {shown(name)} gives the frauds {share:.3g} "
            f"of all weight, expected at least {LEAST_WEIGHT_SHARE:g} for each class; "
            "correct the weights."
        )
