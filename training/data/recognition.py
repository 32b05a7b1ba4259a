"""Columns that look like the time and the amount, where no option names them."""

from collections.abc import Sequence

import numpy as np

from artifact.columns import Kind
from training.columns import Columns
from training.data.found import Found
from training.data.names import (
    is_after_the_fact,
    is_of_later,
    likely_amounts,
    likely_times,
)
from training.data.shown_names import option_value, shown
from training.data.table_kinds import usable_roles


def likely_roles(found: Sequence[Found], columns: Columns) -> tuple[str, str]:
    """Return the columns that look like time and amount, "" where one is named."""
    names = [item.column.name for item in found]
    usable, _ = usable_roles(found, columns)
    known = [item for item in found if not is_after_the_fact(item.column.name)]
    # A row without its time or amount is refused.
    known = [item for item in known if _is_whole(item)]
    numbers = [
        item.column.name
        for item in known
        if item.column.kind is Kind.NUMBER and not item.column.is_clock
    ]
    time = amount = ""
    if columns.time == Columns.time and usable.time not in names:
        moments = [item for item in known if item.column.kind is Kind.TIMESTAMP]
        time = _latest(moments) or next(iter(likely_times(numbers)), "")
    if columns.amount == Columns.amount and usable.amount not in names:
        amount = next(iter(likely_amounts(numbers)), "")
    return time, amount


def _latest(moments: Sequence[Found]) -> str:
    """Return the latest timestamp that is named like one, else the latest of all.

    What a row is about comes after birth, sign-up and first use.
    """
    moments = [m for m in moments if not is_of_later(m.column.name)] or moments
    named = likely_times([item.column.name for item in moments], are_moments=True)
    wanted = [item for item in moments if item.column.name in named] or moments
    latest = max(wanted, key=_median, default=None)
    return latest.column.name if latest else ""


def _is_whole(item: Found) -> bool:
    return item.values is not None and not np.isnan(item.values).any()


def _median(item: Found) -> float:
    known = np.empty(0) if item.values is None else item.values[~np.isnan(item.values)]
    return float(np.median(known)) if len(known) else -np.inf


def ready_options(found: Sequence[Found], columns: Columns) -> list[str]:
    """Say which options would name the time and the amount that no option names."""
    time, amount = likely_roles(found, columns)
    return [
        f"no column is taken as the {role}; {shown(name)} looks like it: {option} "
        f"{option_value([name])}"
        for role, option, name in (
            ("time", "--time-column", time),
            ("amount", "--amount-column", amount),
        )
        if name
    ]
