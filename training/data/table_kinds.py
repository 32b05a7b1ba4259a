"""What the columns of a table are, each and beside each other."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from artifact.columns import Column, Kind
from artifact.value_encoders import LARGEST
from training.columns import Columns
from training.data.dataset import Floats
from training.data.found import Found
from training.data.kinds import find_kind
from training.data.shown_names import shown
from training.data.tables import Table

#: Distinct values from which a number that goes with the time repeats it.
LEAST_REPEATED = 20
#: A look at so many moments spares the whole of most columns.
_FIRST_MOMENTS = 1000


def find_kinds(table: Table, columns: Columns) -> list[Found]:
    """Say of every column of a table what it is, in the table's order."""
    found: list[Found] = []
    for name in table.data.column_names:
        if name == columns.label:
            found.append(Found(Column(name, Kind.LABEL, "it is named as the label")))
        elif name == columns.weight:
            found.append(Found(Column(name, Kind.WEIGHT, "it is named as the weight")))
        elif name == columns.report_time != "":
            why = "it is named as the time of the reports"
            found.append(Found(Column(name, Kind.DROPPED, why)))
        else:
            found.append(
                find_kind(
                    name,
                    table.data[name],
                    columns,
                    is_text_file=name in table.text_names,
                )
            )
    return _without_repeats(_without_copies(found, columns), columns)


def is_time(column: Column) -> bool:
    """Whether a column can be the time of its rows."""
    return column.kind is Kind.TIMESTAMP or (
        column.kind is Kind.NUMBER and not column.is_clock
    )


def usable_roles(found: Sequence[Found], columns: Columns) -> tuple[Columns, list[str]]:
    """Return the columns without a time or amount that was not named and is none.

    ``Time`` may be a time of day, ``Amount`` a word, in a table whose owner named none.
    Also returns a note of each.
    """
    notes = []
    for item in found:
        column, name = item.column, item.column.name
        why = f"({column.kind}: {column.why})"
        if column.kind is Kind.DROPPED:
            continue
        if name == columns.time == Columns.time and not is_time(column):
            columns = replace(columns, time="")
            notes.append(
                f"{shown(name)} is not the time of the rows {why}; name another with "
                "--time-column"
            )
        elif name == columns.amount == Columns.amount and (
            column.kind is not Kind.NUMBER or column.is_clock
        ):
            columns = replace(columns, amount="")
            notes.append(
                f"{shown(name)} is no amount {why}; name another with --amount-column"
            )
    return columns, notes


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


def _without_repeats(found: list[Found], columns: Columns) -> list[Found]:
    """Drop numbers that repeat the named time: seconds or days since any beginning.

    In the time's order such a number never falls, or never rises. It will not come
    again, so that a model can only learn from it by heart.
    """
    time = next((item for item in found if item.column.name == columns.time), None)
    if time is None or time.values is None or np.isnan(time.values).any():
        return found
    order = np.argsort(time.values, kind="stable")
    moments = time.values[order]
    starts = np.flatnonzero(np.diff(moments, prepend=-np.inf) > 0)
    why = f"it repeats the time {shown(columns.time)}"
    return [
        Found(Column(item.column.name, Kind.DROPPED, why))
        if _may_repeat(item, columns) and _follows(item.values, order, starts)
        else item
        for item in found
    ]


def _may_repeat(item: Found, columns: Columns) -> bool:
    return (
        item.column.kind is Kind.NUMBER
        and item.column.name not in (columns.time, columns.amount, *columns.kinds)
        and item.stray is None
        and item.values is not None
        and _has_many(item.values)
    )


def _has_many(values: Floats) -> bool:
    """Whether there are so many distinct values that repeating the time is no chance.

    Of most columns the first rows have them.
    """
    return any(
        len(np.unique(part[~np.isnan(part)])) >= LEAST_REPEATED
        for part in (values[:_FIRST_MOMENTS], values)
    )


def _follows(
    values: Floats | None, order: npt.NDArray[np.intp], starts: npt.NDArray[np.intp]
) -> bool:
    """Whether values never fall, or never rise, from one moment to the next.

    `starts` are the places in `order` where a later moment begins.
    """
    if values is None:
        return False
    few = values[order[starts[:_FIRST_MOMENTS]]]
    steps = np.diff(few[~np.isnan(few)])
    if (steps < 0).any() and (steps > 0).any():
        return False
    if not (np.abs(values) <= LARGEST).all():  # gaps, and what is refused anyway
        return False
    sorted_values = values[order]
    low = np.minimum.reduceat(sorted_values, starts)
    high = np.maximum.reduceat(sorted_values, starts)
    return bool((low[1:] >= high[:-1]).all() or (high[1:] <= low[:-1]).all())
