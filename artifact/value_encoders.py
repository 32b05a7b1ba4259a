"""One value of a row as the number that the model takes.

Training, requests and ``model.joblib`` turn values into numbers here and nowhere
else, so that a row means the same to all of them. Missing is NaN.
"""

import math
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from artifact.columns import Column, Kind
from artifact.number_text import PLAIN_NUMBER, hours_of_clock, parse_number
from artifact.timestamps import (
    DATE_NUMBERS,
    SECONDS_PER_UNIT,
    is_written_so,
    seconds_of_moment,
    seconds_of_text,
)
from artifact.value_kinds import (
    MISSING_WORDS,
    WrongKindError,
    boolean_text,
    category_text,
    expected_of,
    kind_of_cell,
    kind_of_value,
)

#: Values beyond this are refused: their squares and sums are not sure to be finite.
LARGEST = 1e30

Encode = Callable[[Any], float]


def encoder(column: Column) -> Encode:
    """Return the function of one value, as JSON or Python has it.

    It raises `WrongKindError` for a value of another kind.
    """
    if column.kind is Kind.CATEGORY:
        is_boolean = column.is_boolean
        encode = _boolean_encoder(column) if is_boolean else _category_encoder(column)
    elif column.kind is Kind.TIMESTAMP:
        encode = _timestamp_encoder(column)
    else:
        encode = _number_encoder(column)
    words = frozenset(column.missing_words)
    if not words:
        return encode

    def encode_but_words(value: Any) -> float:  # noqa: ANN401 - any JSON value
        if isinstance(value, str) and value.strip() in words:
            return math.nan
        return encode(value)

    return encode_but_words


def text_encoder(column: Column) -> Callable[[str], float]:
    """Return the function of one cell of a text file, where all is text."""
    encode = encoder(column)
    as_number = column.kind is Kind.NUMBER or column.time_format in SECONDS_PER_UNIT
    missing = MISSING_WORDS.union(column.missing_words)

    def encode_cell(cell: str) -> float:
        cell = cell.strip()
        if cell in missing:
            return math.nan
        if as_number:
            return encode(number_of_text(cell, column))
        return encode(cell)

    return encode_cell


def any_encoder(column: Column) -> Encode:
    """Return the function of one value, as a file, JSON or a library has it.

    A string is a cell of text; numpy's, pandas' and decimal values are Python's.
    It raises `WrongKindError` for a value of another kind.
    """
    encode, encode_text = encoder(column), text_encoder(column)

    def encode_any(value: Any) -> float:  # noqa: ANN401 - any cell
        if isinstance(value, str):
            return encode_text(value)
        try:
            return encode(python_value(value))
        except OverflowError:
            raise WrongKindError(expected_of(column), kind_of_value(value)) from None

    return encode_any


def python_value(value: Any) -> Any:  # noqa: ANN401 - whatever a library has
    """Return numpy's, pandas' and decimal values as Python's, missing ones as None.

    A duration is its seconds.
    """
    if isinstance(value, timedelta):
        return value.total_seconds()
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if type(value).__name__ == "datetime64":
        return value.astype("datetime64[us]").item()
    if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
        return value.item()
    if type(value).__name__ == "Decimal":
        is_whole = value.is_finite() and value == value.to_integral_value()
        return int(value) if is_whole else float(value)
    return value


def number_of_text(cell: str, column: Column) -> float:
    """Read a number as the column's files wrote it.

    Raises
    ------
    WrongKindError
        If it is none.
    """
    try:
        return parse_number(cell, column)
    except ValueError:
        kind = kind_of_cell(cell)
        if kind == "text" and column.is_marked and not column.is_clock:
            expected = _expected_number(column)
            kind = "text that is not written as in training"
        else:
            expected = expected_of(column)
        raise WrongKindError(expected, kind) from None


def _expected_number(column: Column) -> str:
    """Kind of number that a marked column takes, in words."""
    point = "comma" if column.decimal_comma else "point"
    words = f"a number, or text with a decimal {point}"
    return f"{words}, or null" if column.can_be_missing else words


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
        if isinstance(value, str) and column.is_marked:
            text = value.strip()
            if text in MISSING_WORDS:
                return math.nan
            return encode(number_of_text(text, column))
        if column.is_clock and isinstance(value, time):
            return hours_of_clock(value.isoformat())
        raise WrongKindError(expected_of(column), kind_of_value(value))

    return encode


def _category_encoder(column: Column) -> Encode:
    codes = {text: float(code) for code, text in enumerate(column.categories)}
    other = float(len(codes))
    takes_numbers = all(map(PLAIN_NUMBER.fullmatch, column.categories))
    # 150, 150.0 and "150.0" are one value to whoever reads the same file.
    by_number: dict[float, float] = {}
    if takes_numbers:
        by_number = {float(t): codes[t] for t in reversed(column.categories)}

    def encode(value: Any) -> float:  # noqa: ANN401 - any JSON value
        if isinstance(value, str):
            text = value.strip()
            if text in MISSING_WORDS:
                return math.nan
            code = codes.get(text)
            if code is None and by_number and PLAIN_NUMBER.fullmatch(text):
                code = by_number.get(float(text))
            return other if code is None else code
        if _is_missing(value):
            return math.nan
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and takes_numbers and math.isfinite(value):
            return by_number.get(float(value), other)
        raise WrongKindError(expected_of(column), kind_of_value(value))

    return encode


def _boolean_encoder(column: Column) -> Encode:
    codes = {text: float(code) for code, text in enumerate(column.categories)}
    other = float(len(codes))

    def encode(value: Any) -> float:  # noqa: ANN401 - any JSON value
        if isinstance(value, str) and value.strip() in MISSING_WORDS:
            return math.nan
        if _is_missing(value):
            return math.nan
        word = None
        if isinstance(value, str | bool | int) or (
            isinstance(value, float) and math.isfinite(value)
        ):
            word = boolean_text(value)
        if word is None:
            raise WrongKindError(expected_of(column), kind_of_value(value))
        return codes.get(word, other)

    return encode


def _timestamp_encoder(column: Column) -> Encode:
    unit = SECONDS_PER_UNIT.get(column.time_format)
    codes = frozenset(column.missing_codes)

    def moment_of(value: Any) -> float:  # noqa: ANN401 - any JSON value
        is_number = isinstance(value, float | int) and not isinstance(value, bool)
        if unit is not None and is_number:
            return math.nan if value in codes else float(value) * unit
        if column.time_format in DATE_NUMBERS and is_number:
            return seconds_of_text(category_text(value), column.time_format)
        if unit is None and isinstance(value, str):
            if value.strip() in MISSING_WORDS:
                return math.nan
            return seconds_of_text(value, column.time_format)
        raise ValueError("no moment")

    def encode(value: Any) -> float:  # noqa: ANN401 - any JSON value
        if _is_missing(value):
            return math.nan
        if isinstance(value, date):
            return seconds_of_moment(value)
        try:
            return moment_of(value)
        except (ValueError, OverflowError):
            got = _kind_of_moment(value, column.time_format)
            raise WrongKindError(expected_of(column), got) from None

    return encode


def _kind_of_moment(value: object, form: str) -> str:
    if isinstance(value, str) and is_written_so(value, form):
        return "a date or time that does not exist"
    return kind_of_value(value)
