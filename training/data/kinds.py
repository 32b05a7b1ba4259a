"""What each column of a table is: inferred from its values, type and name."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from artifact.columns import Column, Kind
from artifact.number_text import PLAIN_NUMBER
from artifact.timestamps import ISO
from training.columns import MOST_CATEGORIES, Columns
from training.data.arrow_values import (
    dictionary_of,
    floats_of,
    simplified,
    text_of,
)
from training.data.categories import as_category, as_entity
from training.data.dataset import Floats
from training.data.found import LEAST_VALUES, Found
from training.data.names import is_index_name
from training.data.number_kinds import of_numbers
from training.data.number_text import NumberText, read_clock_text, read_number_text
from training.data.shown_names import counted, shown
from training.data.timestamp_text import read_timestamp_text

#: Below this many rows, a column that does not vary says nothing about itself.
CONSTANT_FROM_ROWS = 20
#: Text whose values hardly repeat is a key, even where they are few.
_KEY_SHARE = 0.5
_KEY_FROM_VALUES = 20
#: So many values show whether most are numbers.
_FIRST_TEXTS = 1000


def find_kind(
    name: str, data: pa.ChunkedArray, options: Columns, *, is_text_file: bool
) -> Found:
    """Say what a column is and turn it into numbers.

    Parameters
    ----------
    name : str
    data : pyarrow.ChunkedArray of shape (n_rows,)
    options : Columns
    is_text_file : bool
        Whether the column comes from a file that knows no types.
    """
    forced = _forced(name, options)
    if is_index_name(name) and not forced:
        return Found(Column(name, Kind.UNNAMED, "it has no name: an index"))
    if name in options.drop:
        return Found(Column(name, Kind.DROPPED, "--drop-columns names it"))
    data, what = simplified(data, options.missing_words)
    if data is None:
        return Found(Column(name, Kind.DROPPED, f"no model takes its type, {what}"))
    named = name in (options.time, options.amount)
    rows, count = len(data), len(data) - data.null_count
    least = min(LEAST_VALUES, rows)
    if count == 0 or (count < least and not forced and not named):
        why = f"{count} of {rows} rows have a value, expected at least {least}"
        return Found(Column(name, Kind.EMPTY, why))
    if pa.types.is_timestamp(data.type):
        found = _from_moments(name, data)
    elif pa.types.is_string(data.type):
        found = _from_text(name, data, options, forced, is_text_file=is_text_file)
    else:
        found = _from_numbers(name, data, options, forced)
    if not forced and not named and _is_constant(data, found.values):
        column = replace(found.column, kind=Kind.CONSTANT, why="it has one value only")
        return Found(column)
    missing = found.values is not None and bool(np.isnan(found.values).any())
    column = found.column
    if column.kind.is_input:
        column = replace(
            column,
            role=_role(column, options),
            can_be_missing=missing or options.answer_missing,
            never_missing=options.answer_missing and not missing,
            missing_words=options.missing_words,
        )
    return replace(found, column=column)


def _role(column: Column, options: Columns) -> str:
    if column.name == options.time and not column.is_clock:
        return "time"
    is_amount = column.name == options.amount and column.kind is Kind.NUMBER
    return "amount" if is_amount else ""


def _forced(name: str, options: Columns) -> Kind | None:
    if name in options.kinds:
        return Kind(options.kinds[name])
    if name in options.entities:
        return Kind.ENTITY
    if name in options.categories:
        return Kind.CATEGORY
    if name == options.time and options.time_unit:
        return Kind.TIMESTAMP
    return None


def _is_constant(data: pa.ChunkedArray, values: Floats | None) -> bool:
    """Whether all rows say the same: 1.5 and 1.50 do."""
    if len(data) < CONSTANT_FROM_ROWS or data.null_count:
        return False
    if values is not None and bool((values == values[0]).all()):
        return True
    return (
        len(pc.unique(data.slice(0, CONSTANT_FROM_ROWS))) == 1
        and len(pc.unique(data)) == 1
    )


def _from_moments(name: str, data: pa.ChunkedArray) -> Found:
    per_second = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[data.type.unit]
    values = floats_of(data.cast(pa.int64())) / per_second
    column = Column(name, Kind.TIMESTAMP, "its type is a timestamp", time_format=ISO)
    return Found(column, values)


def _from_numbers(
    name: str, data: pa.ChunkedArray, options: Columns, forced: Kind | None
) -> Found:
    """Numbers and booleans, by their Arrow type."""
    if pa.types.is_boolean(data.type):
        if forced is Kind.NUMBER:
            return Found(
                Column(name, forced, "an option says so"),
                floats_of(data.cast(pa.int8())),
            )
        return as_category(name, text_of(data), "true and false", is_boolean=True)
    values = floats_of(data)
    values = _without_codes(values, options.missing_values)
    return of_numbers(Column(name, Kind.NUMBER), data, values, options, forced)


def _from_text(
    name: str,
    data: pa.ChunkedArray,
    options: Columns,
    forced: Kind | None,
    *,
    is_text_file: bool,
) -> Found:
    if forced is Kind.ENTITY:
        return as_entity(name, data, "an option says so")
    if forced is not Kind.CATEGORY:
        text = read_number_text(
            name, data, is_forced=forced is not None, is_text_file=is_text_file
        )
        found = None if text is None else _of_number_text(text, options, forced)
        if found is not None:
            return found
    # Not of numbers, whose texts are nearly as many as the rows.
    codes, texts = dictionary_of(data)
    if forced is not Kind.CATEGORY and text is None:
        found = _of_moments(name, codes, texts, forced)
        if found is not None:
            return found
    if forced in (Kind.NUMBER, Kind.TIMESTAMP):
        return _of_another_kind(name, data, forced)
    return _as_names(name, data, texts, forced)


def _as_names(
    name: str, data: pa.ChunkedArray, texts: Sequence[str], forced: Kind | None
) -> Found:
    """Text that is nothing but names: a category, or an entity where they are many."""
    is_boolean = {text.strip().lower() for text in texts} <= {"true", "false"}
    count = len(data) - data.null_count
    repeats = len(texts) < _KEY_FROM_VALUES or len(texts) <= _KEY_SHARE * count
    if forced is Kind.CATEGORY:
        why = "an option says so"
    elif is_boolean:
        why = "true and false"
    elif len(texts) <= MOST_CATEGORIES and repeats:
        why = f"text with {counted(len(texts), 'value')}"
    else:
        found = as_entity(name, data, f"text with {len(texts):,} values")
        return replace(found, notes=_about_numbers(name, texts))
    return as_category(name, data, why, is_boolean=is_boolean)


def _about_numbers(name: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Say that most values are numbers, whose missing ones may have a name."""
    few = texts[:_FIRST_TEXTS]
    numbers = sum(bool(PLAIN_NUMBER.fullmatch(text.strip())) for text in few)
    if not len(few) / 2 <= numbers < len(few):
        return ()
    note = (
        f"{shown(name)}: most values are numbers, others are words; where these mean "
        "'not known', name them with --missing-values"
    )
    return (note,)


def _of_number_text(text: NumberText, options: Columns, forced: Kind | None) -> Found:
    values = _without_codes(text.values, options.missing_values)
    found = of_numbers(text.column, text.text, values, options, forced)
    return replace(
        found,
        stray=text.stray if text.stray.any() else None,
        stray_kind=text.stray_kind,
        notes=(f"{shown(text.column.name)}: {text.note}",) if text.note else (),
    )


def _of_moments(
    name: str,
    codes: npt.NDArray[np.intp],
    texts: list[str],
    forced: Kind | None,
) -> Found | None:
    """Timestamps, or times of day, which are numbers."""

    def decode(numbers: list[float]) -> Floats:
        return np.array([*numbers, np.nan])[codes]

    is_forced = forced is not None
    if forced is not Kind.TIMESTAMP:
        clock = read_clock_text(texts, decode)
        if clock is not None:
            return Found(
                Column(name, Kind.NUMBER, "text that is a time of day", is_clock=True),
                clock,
                stray=_strays(clock, codes),
                stray_kind="no time of day",
                distinct=len(texts),
            )
    if forced is Kind.NUMBER:
        return None
    moments = read_timestamp_text(texts, decode, is_forced=is_forced)
    if moments is None:
        return None
    why = "text that is a timestamp"
    return Found(
        Column(name, Kind.TIMESTAMP, why, time_format=moments.form),
        moments.values,
        stray=_strays(moments.values, codes),
        stray_kind="no timestamp",
        distinct=len(texts),
        notes=tuple(f"{shown(name)}: {note}" for note in moments.notes),
    )


def _strays(
    values: Floats, codes: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_] | None:
    stray = np.isnan(values) & (codes >= 0)
    return stray if stray.any() else None


def _of_another_kind(name: str, data: pa.ChunkedArray, forced: Kind) -> Found:
    """Text that an option says is numbers or timestamps, and is not."""
    return Found(
        Column(name, forced, "an option says so"),
        np.full(len(data), np.nan),
        stray=np.asarray(pc.is_valid(data)),
        stray_kind="text",
    )


def _without_codes(values: Floats, codes: Sequence[float]) -> Floats:
    if not codes:
        return values
    known: Floats = np.where(np.isin(values, codes), np.nan, values)
    return known
