"""What keeps the columns of a table from being trained on, and what was noticed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from artifact.columns import Kind
from artifact.value_encoders import LARGEST
from training.columns import Columns
from training.data.dataset import Floats
from training.data.found import Found
from training.data.number_text import OTHER_MARKS
from training.data.shown_names import shown, shown_list
from training.data.table_kinds import is_time
from training.data.tables import Table

#: So many faults are named at once.
_MOST_FAULTS = 10


def faults_of(table: Table, found: Sequence[Found], columns: Columns) -> list[str]:
    """Say everything about the columns that keeps them from being trained on."""
    faults = []
    where = str(table.parts[0].file)
    for item in found:
        column, name = item.column, shown(item.column.name)
        faults += _about_cells(table, item)
        if column.name in columns.drop:
            continue
        if column.name == columns.amount and column.kind is not Kind.NUMBER:
            faults.append(
                f"{where}: the amount {name} is of kind {column.kind} ({column.why}), "
                "expected numbers; name another with --amount-column."
            )
        if column.name == columns.time and not is_time(column):
            faults.append(
                f"{where}: the time {name} is of kind {column.kind} ({column.why}), "
                "expected timestamps or numbers; name another with --time-column."
            )
        if (
            column.role in ("time", "amount")
            and item.values is not None
            and (empty := _empty(item.values, item.stray)).any()
        ):
            file, place = _place(table, empty)
            faults.append(
                f"{file}: column {name} in {place} is empty, and the "
                f"{column.role} is needed in "
                "every row; fill it or remove the row."
            )
    if not any(item.column.kind.is_input for item in found):
        kinds = ", ".join(sorted({str(item.column.kind) for item in found}))
        faults.append(
            f"{where} has no feature besides the label (it has columns of kind "
            f"{kinds}); add columns of numbers, categories or timestamps."
        )
    return faults


def _about_cells(table: Table, item: Found) -> list[str]:
    """Say where a column holds what training cannot take as its kind."""
    column, name = item.column, shown(item.column.name)
    if item.stray is not None:
        file, place = _place(table, item.stray)
        expected = "timestamps" if column.kind is Kind.TIMESTAMP else "numbers"
        remedy = (
            "correct it, name it with --missing-values if it means 'not known', or "
            "take the column as a category or entity with --kinds"
        )
        if item.stray_kind in OTHER_MARKS:
            expected = OTHER_MARKS[item.stray_kind]
            remedy = "correct it"
        said = (
            f"{file}: column {name} holds {item.stray_kind} in {place}, expected "
            f"{expected}; {remedy}."
        )
        return [said]
    if item.values is not None and column.kind is Kind.NUMBER:
        too_large = np.abs(item.values) > LARGEST
        if too_large.any():
            file, place = _place(table, too_large)
            said = (
                f"{file}: column {name} in {place} is beyond {LARGEST:g}, too "
                "large to compute with; correct or remove the row."
            )
            return [said]
    return []


def _empty(
    values: Floats, stray: npt.NDArray[np.bool_] | None
) -> npt.NDArray[np.bool_]:
    """Return the rows without a value; one of another kind is a fault of its own."""
    missing: npt.NDArray[np.bool_] = np.isnan(values)
    return missing if stray is None else missing & ~stray


def joined_faults(faults: Sequence[str]) -> str:
    """Return the faults in one text, the first of them when there are many."""
    more = len(faults) - _MOST_FAULTS
    words = " ".join(faults[:_MOST_FAULTS])
    return f"{words} And {more} more." if more > 0 else words


def _place(table: Table, wrong: npt.NDArray[np.bool_]) -> tuple[Path, str]:
    return table.place(int(np.argmax(wrong)))


def notes_of(table: Table, found: Sequence[Found]) -> list[str]:
    """Return what was noticed about the files and the columns, a sentence each."""
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
