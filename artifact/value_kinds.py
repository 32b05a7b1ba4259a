"""Kinds of values: what a column expects, what came, in words without the value."""

import math

from artifact.columns import Column, Kind
from artifact.timestamps import (
    DATE_NUMBER,
    MOMENT_NUMBER,
    SECONDS_PER_UNIT,
)

#: Cells of a file that hold no value.
MISSING_WORDS = frozenset(
    {
        *("", "null", "NULL", "Null", "nan", "NaN", "NAN", "-nan", "-NaN", "NA", "N/A"),
        *("n/a", "<NA>", "#N/A", "None", "NaT", "\\N", "?"),
    }
)
TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1", "1.0"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0", "0.0"})


class WrongKindError(ValueError):
    """A value of another kind than the column's; `expected` and `got` are kinds."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got


def expected_of(column: Column) -> str:
    """Kind of value that the column takes, in words."""
    if column.kind is Kind.CATEGORY:
        words = "true or false" if column.is_boolean else "a string"
    elif column.kind is Kind.TIMESTAMP:
        words = _EXPECTED_MOMENTS.get(
            column.time_format, "a timestamp such as 2026-01-31T12:00:00Z"
        )
    elif column.is_clock:
        words = "a time of day such as 06:21"
    else:
        words = "a number"
    return f"{words} or null" if column.can_be_missing else words


_EXPECTED_MOMENTS = {
    **dict.fromkeys(SECONDS_PER_UNIT, "a number"),
    DATE_NUMBER: "a date such as 20260131",
    MOMENT_NUMBER: "a moment such as 20260131235959",
}


def kind_of_value(value: object) -> str:
    """Kind of a JSON value, in words that hold nothing of it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number" if math.isfinite(value) else "NaN or infinity"
    if isinstance(value, str):
        return "a string"
    return "a list" if isinstance(value, (list, tuple)) else "an object"


def kind_of_cell(cell: str) -> str:
    """Kind of a cell of text, in words that hold nothing of it."""
    if not cell:
        return "an empty cell"
    if cell.lower().strip("+-") in {"nan", "inf", "infinity"}:
        return "NaN or infinity"
    return "text"


def category_text(value: object) -> str:
    """Write a category's value in its one form: whole numbers without a point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value)


def boolean_text(value: object) -> str | None:
    """Return ``"true"`` or ``"false"``, and None for what is neither."""
    word = category_text(value).strip().lower()
    if word in TRUE_WORDS:
        return "true"
    return "false" if word in FALSE_WORDS else None
