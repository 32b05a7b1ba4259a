"""One value of a row as the number that the model takes.

Training, requests and ``model.joblib`` turn values into numbers here and nowhere
else, so that a row means the same to all of them. Missing is NaN.
"""

import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from artifact.columns import Column, Kind
from artifact.timestamps import (
    SECONDS_PER_UNIT,
    seconds_of_moment,
    seconds_of_text,
)

#: Cells of a file that hold no value.
MISSING_WORDS = frozenset(
    {
        *("", "null", "NULL", "Null", "nan", "NaN", "NAN", "-nan", "-NaN", "NA", "N/A"),
        *("n/a", "<NA>", "#N/A", "None", "NaT", "\\N"),
    }
)
#: Values beyond this are refused: their squares and sums are not sure to be finite.
LARGEST = 1e30
TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1", "1.0"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0", "0.0"})

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:[,. \u00a0'][0-9]{3})*(?:[.,][0-9]+)?")

Encode = Callable[[Any], float]


class WrongKindError(ValueError):
    """A value of another kind than the column's; `expected` and `got` are kinds."""

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got


def encoder(column: Column) -> Encode:
    """Return the function of one value, as JSON or Python has it.

    It raises `WrongKindError` for a value of another kind.
    """
    if column.kind is Kind.CATEGORY:
        return _category_encoder(column)
    if column.kind is Kind.TIMESTAMP:
        return _timestamp_encoder(column)
    return _number_encoder(column)


def text_encoder(column: Column) -> Callable[[str], float]:
    """Return the function of one cell of a text file, where all is text."""
    encode = encoder(column)
    as_number = column.kind is Kind.NUMBER or column.time_format in SECONDS_PER_UNIT

    def encode_cell(cell: str) -> float:
        cell = cell.strip()
        if cell in MISSING_WORDS:
            return math.nan
        if as_number:
            return encode(number_of_text(cell, column))
        return encode(cell)

    return encode_cell


def number_of_text(cell: str, column: Column) -> float:
    """Read a number as the column's files wrote it.

    Raises
    ------
    WrongKindError
        If it is none.
    """
    if _NUMBER.fullmatch(cell) and not column.decimal_comma:
        return float(cell)
    if (column.is_grouped or column.decimal_comma) and _GROUPED.fullmatch(cell):
        return float(plain_number(cell, decimal_comma=column.decimal_comma))
    raise WrongKindError(expected_of(column), kind_of_cell(cell))


def plain_number(cell: str, *, decimal_comma: bool) -> str:
    """Take the marks between thousands away, and make the decimal mark a point."""
    groups = ". \u00a0'" if decimal_comma else ", \u00a0'"
    plain = cell.translate(str.maketrans("", "", groups))
    return plain.replace(",", ".") if decimal_comma else plain


def expected_of(column: Column) -> str:
    """Kind of value that the column takes, in words."""
    if column.kind is Kind.CATEGORY:
        words = "true or false" if column.is_boolean else "a string"
    elif column.kind is Kind.TIMESTAMP:
        words = (
            "a number"
            if column.time_format in SECONDS_PER_UNIT
            else "a timestamp such as 2026-01-31T12:00:00Z"
        )
    else:
        words = "a number"
    return f"{words} or null" if column.can_be_missing else words


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


def _is_missing(value: object) -> bool:
    # NaN and pandas' NaT are the values that differ from themselves.
    return value is None or (isinstance(value, float | date) and value != value)  # noqa: PLR0124


def _number_encoder(column: Column) -> Encode:
    missing = frozenset(column.missing_codes)

    def encode(value: Any) -> float:  # noqa: ANN401 - any JSON value
        if isinstance(value, float | int) and not isinstance(value, bool):
            number = float(value)
            if number in missing:
                return math.nan
            return number
        if _is_missing(value):
            return math.nan
        if isinstance(value, str) and (column.is_grouped or column.decimal_comma):
            return encode(number_of_text(value.strip(), column))
        raise WrongKindError(expected_of(column), kind_of_value(value))

    return encode


def _category_encoder(column: Column) -> Encode:
    codes = {text: float(code) for code, text in enumerate(column.categories)}
    other = float(len(codes))
    takes_numbers = all(map(_NUMBER.fullmatch, column.categories))

    def encode(value: Any) -> float:  # noqa: ANN401 - any JSON value
        if isinstance(value, str):
            text = value.strip()
            if text in MISSING_WORDS:
                return math.nan
        elif _is_missing(value):
            return math.nan
        elif isinstance(value, bool | int | float):
            allowed = column.is_boolean or (
                takes_numbers and not isinstance(value, bool)
            )
            if not allowed or not math.isfinite(value):
                raise WrongKindError(expected_of(column), kind_of_value(value))
            text = category_text(value)
        else:
            raise WrongKindError(expected_of(column), kind_of_value(value))
        if column.is_boolean:
            word = boolean_text(text)
            if word is None:
                raise WrongKindError(expected_of(column), kind_of_value(value))
            text = word
        return codes.get(text, other)

    return encode


def _timestamp_encoder(column: Column) -> Encode:
    unit = SECONDS_PER_UNIT.get(column.time_format)
    codes = frozenset(column.missing_codes)

    def encode(value: Any) -> float:  # noqa: ANN401 - any JSON value
        if _is_missing(value):
            return math.nan
        if isinstance(value, date):
            return seconds_of_moment(value)
        if unit is not None:
            if isinstance(value, float | int) and not isinstance(value, bool):
                return math.nan if value in codes else float(value) * unit
        elif isinstance(value, str):
            if value.strip() in MISSING_WORDS:
                return math.nan
            try:
                return seconds_of_text(value, column.time_format)
            except (ValueError, OverflowError):
                pass
        raise WrongKindError(expected_of(column), kind_of_value(value))

    return encode
