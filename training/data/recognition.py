"""Columns that look like the time and the amount, where no option names them."""

from collections.abc import Sequence

from artifact.columns import Kind
from training.columns import Columns
from training.data.found import Found
from training.data.names import likely_amounts, likely_times
from training.data.table_kinds import usable_roles
from training.data.words import option_value, shown


def likely_roles(found: Sequence[Found], columns: Columns) -> tuple[str, str]:
    """Return the columns that look like time and amount, "" where one is named."""
    names = [item.column.name for item in found]
    usable, _ = usable_roles(found, columns)
    moments = [i.column.name for i in found if i.column.kind is Kind.TIMESTAMP]
    numbers = [
        item.column.name
        for item in found
        if item.column.kind is Kind.NUMBER and not item.column.is_clock
    ]
    time = amount = ""
    if columns.time == Columns.time and usable.time not in names:
        likely = likely_times(moments) or moments
        time = likely[0] if likely else ""
    if columns.amount == Columns.amount and columns.amount not in names:
        amount = next(iter(likely_amounts(numbers)), "")
    return time, amount


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
