"""A typical transaction: what a request about one looks like, of no real person."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from artifact.columns import HISTORY, Column, Kind
from artifact.number_text import clock_of_hours
from artifact.timestamps import SECONDS_PER_UNIT, text_in_form


def typical_value(column: Column, median: float) -> str | float | bool | None:
    """Return what a request holds for an unremarkable value of a column."""
    if column.kind is Kind.CATEGORY:
        if column.is_boolean:
            return column.categories[:1] == ("true",)
        return column.categories[0] if column.categories else "other"
    if column.kind is Kind.TIMESTAMP:
        unit = SECONDS_PER_UNIT.get(column.time_format)
        if unit is None:
            return text_in_form(median, column.time_format)
        return median / unit
    return clock_of_hours(median) if column.is_clock else median


def example_transaction(
    table: Sequence[Column], row: Mapping[str, Any], entities: Collection[str]
) -> dict[str, Any]:
    """Return a row of the table, in its order, for `fraud score`.

    Parameters
    ----------
    table : sequence of Column
        Every column of the training table.
    row : mapping of str to value
        A typical value of each input.
    entities : collection of str
        Those whose history the model looks at; they get a made-up id, and what is
        computed from their history is left out.
    """
    example: dict[str, Any] = {}
    for column in table:
        if column.name in entities:
            example[column.name] = f"example {column.name}"
        elif column.name in row and column.role != HISTORY:
            value = row[column.name]
            is_whole = isinstance(value, float) and value.is_integer()
            example[column.name] = int(value) if is_whole else value
    return example
