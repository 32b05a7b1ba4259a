"""Batches as the numbers that the model takes, by columns that all hosts agreed on.

What fits no fast way is read cell by cell, as the server reads it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from artifact.columns import Column, Kind
from artifact.timestamps import DATE_NUMBERS, SECONDS_PER_UNIT
from artifact.value_encoders import encoder, text_encoder
from artifact.value_kinds import WrongKindError, boolean_text, category_text
from training.data.arrow_values import dictionary_of, floats_of, simplified
from training.data.dataset import Floats
from training.data.found import Found

_PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


def encode(column: Column, data: pa.ChunkedArray) -> Found:
    """Return a batch's values of shape (n_rows,), NaN for missing, and strays.

    A stray is a value that is none of the column's kind.
    """
    if not column.kind.is_input:
        return Found(column)
    plain, _ = simplified(data)
    is_moment = plain is not None and pa.types.is_timestamp(plain.type)
    if plain is None or (is_moment and column.kind is not Kind.TIMESTAMP):
        stray: npt.NDArray[np.bool_] = np.asarray(pc.is_valid(data))
        missing = np.full(len(data), np.nan)
        return Found(column, missing, stray, f"values of type {data.type}")
    if column.kind is Kind.CATEGORY:
        return Found(column, _codes(column, plain))
    if pa.types.is_string(plain.type):
        return _of_text(column, plain)
    if column.time_format in DATE_NUMBERS:
        return _cell_by_cell(column, plain, encoder(column))
    return Found(column, _of_numbers(column, plain))


def _of_numbers(column: Column, data: pa.ChunkedArray) -> Floats:
    if pa.types.is_timestamp(data.type):
        return floats_of(data.cast(pa.int64())) / _PER_SECOND[data.type.unit]
    if pa.types.is_boolean(data.type):
        data = data.cast(pa.int8())
    return _in_unit(column, floats_of(data))


def category_words(data: pa.ChunkedArray, *, is_boolean: bool) -> list[str | None]:
    """Return a category's texts for the distinct values of an Arrow column."""
    words: list[str | None] = []
    for value in data.to_pylist():
        text = None if value is None else category_text(value).strip()
        words.append(boolean_text(text) if is_boolean and text is not None else text)
    return words


def _codes(column: Column, data: pa.ChunkedArray) -> Floats:
    codes, distinct = dictionary_of(data)
    place = {text: float(code) for code, text in enumerate(column.categories)}
    words = category_words(pa.chunked_array([distinct]), is_boolean=column.is_boolean)
    other = float(len(place))
    place |= dict.fromkeys(column.missing_words, np.nan)
    table = [np.nan if word is None else place.get(word, other) for word in words]
    values: Floats = np.array([*table, np.nan])[codes]
    return values


def _of_text(column: Column, data: pa.ChunkedArray) -> Found:
    if _is_plain_number(column):
        try:
            values = floats_of(pc.utf8_trim_whitespace(data).cast(pa.float64()))
        except pa.ArrowInvalid:
            pass
        else:
            if not np.isinf(values).any():
                return Found(column, _in_unit(column, values))
    return _cell_by_cell(column, data, text_encoder(column))


def _is_plain_number(column: Column) -> bool:
    units = column.time_format in SECONDS_PER_UNIT
    return not column.is_marked and (column.kind is Kind.NUMBER or units)


def _cell_by_cell(
    column: Column, data: pa.ChunkedArray, read: Callable[[Any], float]
) -> Found:
    codes, distinct = dictionary_of(data)
    values = np.full(len(distinct) + 1, np.nan)
    for place, text in enumerate(distinct):
        try:
            values[place] = read(text)
        except (WrongKindError, ValueError, OverflowError):
            continue
    read_values = values[codes]
    missing = np.isin(read_values, column.missing_codes)
    stray = np.isnan(read_values) & (codes >= 0) & ~missing
    kind = "no timestamp" if column.kind is Kind.TIMESTAMP else "text"
    return Found(column, read_values, stray if stray.any() else None, kind)


def _in_unit(column: Column, values: Floats) -> Floats:
    if column.missing_codes:
        values = np.where(np.isin(values, column.missing_codes), np.nan, values)
    unit = SECONDS_PER_UNIT.get(column.time_format)
    return values if unit is None else values * unit


def label_values(data: pa.ChunkedArray, meanings: Mapping[Any, float]) -> Floats:
    """Return 1 for fraud, 0 for legitimate, NaN for no label, 2 for what is unclear."""
    plain, _ = simplified(data)
    codes, distinct = dictionary_of(data if plain is None else plain)
    table = [meanings.get(value, 2.0) for value in distinct]
    values: Floats = np.array([*table, np.nan])[codes]
    return values
