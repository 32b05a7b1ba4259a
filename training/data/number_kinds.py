"""What a column of numbers is: quantities, keys, or moments."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from artifact.columns import Column, Kind
from artifact.timestamps import SECONDS_PER_UNIT
from training.columns import Columns
from training.data.arrow_values import text_of
from training.data.categories import as_category, as_entity
from training.data.dataset import Floats
from training.data.found import LEAST_VALUES, Found
from training.data.names import is_key_name
from training.data.timestamp_numbers import date_form, epoch_unit, seconds_of_numbers

#: Whole numbers beyond it are keys: no quantity has so many digits, nor a float.
_LARGEST_QUANTITY, _LARGEST_KEY = 2.0**53, 2.0**64
#: Text holds more digits: those of an account in 26, and no number of physics.
_LARGEST_KEY_AS_TEXT = 1e27
_SHORTEST_KEY = 1e9
#: A few numbers that each stand in so many rows are flags, not keys: is_new_device.
_FEW, _FLAG_REPEATS = 20, 5


def of_numbers(
    column: Column,
    data: pa.ChunkedArray,
    values: Floats,
    options: Columns,
    forced: Kind | None,
) -> Found:
    """Say what numbers are: quantities, keys, or moments."""
    name = column.name
    known = values[~np.isnan(values)]
    codes = tuple(code for code in options.missing_values)
    column = replace(column, missing_codes=codes)
    if forced is Kind.CATEGORY:
        return as_category(name, text_of(data), "an option says so")
    if forced is Kind.ENTITY:
        return as_entity(name, data, "an option says so")
    moments = _moments_of_numbers(column, values, options, forced)
    if moments is not None:
        return moments
    whole = bool(len(known)) and bool((known == np.rint(known)).all())
    named = name in (options.time, options.amount)
    key = ""
    if forced is None and whole and not named:
        if is_key_name(name) and not _are_flags(known):
            key = "whole numbers named like a key"
        elif _are_keys(known, data.type):
            key = "whole numbers of 16 digits and more"
        elif _are_as_long(known):
            key = "whole numbers that are long and all of one length"
    if key:
        return as_entity(name, data, key)
    why = "an option says so" if forced else "numbers"
    column = replace(column, kind=Kind.NUMBER, why=why)
    return Found(column, values)


def _moments_of_numbers(
    column: Column,
    values: Floats,
    options: Columns,
    forced: Kind | None,
) -> Found | None:
    """Numbers as moments: by an option, by their span, or as dates."""
    name, known = column.name, values[~np.isnan(values)]
    unit = options.time_unit if name == options.time else ""
    why = f"--time-unit {unit}" if unit else "numbers of this span are moments"
    if forced is not Kind.NUMBER and name != options.amount:
        # Account numbers may have the span of moments.
        is_key = is_key_name(name) and name != options.time and forced is None
        unit = unit or ("" if is_key else epoch_unit(known))
        if not unit and not is_key and (form := date_form(known)):
            return _as_dates(column, values, form)
    if forced is Kind.TIMESTAMP and not unit:
        unit, why = "s", "an option says so; taken as seconds"
    if not unit:
        return None
    column = replace(column, kind=Kind.TIMESTAMP, why=why, time_format=unit)
    return Found(column, values * SECONDS_PER_UNIT[unit])


def _are_flags(known: Floats) -> bool:
    """Whether a few numbers repeat: flags and levels, whatever their name says."""
    few = len(np.unique(known))
    return few <= _FEW and few * _FLAG_REPEATS <= len(known)


def _are_keys(known: Floats, kind: pa.DataType) -> bool:
    """Whether most whole numbers have more digits than a quantity or a float has."""
    is_text = pa.types.is_string(kind)
    sizes = np.abs(known)
    return (
        (is_text or pa.types.is_integer(kind))
        and len(known) >= LEAST_VALUES
        and bool(sizes.max() < (_LARGEST_KEY_AS_TEXT if is_text else _LARGEST_KEY))
        and float(np.median(sizes)) > _LARGEST_QUANTITY
    )


def _are_as_long(known: Floats) -> bool:
    """Whether many whole numbers all have as many digits, and more than amounts do.

    Numbers of cards, accounts and phones are given out in one length.
    """
    if len(known) < LEAST_VALUES or not np.isfinite(known.max()):
        return False
    if float(known.min()) < _SHORTEST_KEY:
        return False
    digits = {len(str(int(end))) for end in (known.min(), known.max())}
    return len(digits) == 1 and len(np.unique(known)) > _FEW


def _as_dates(column: Column, values: Floats, form: str) -> Found:
    seconds = np.full(len(values), np.nan)
    known = ~np.isnan(values)
    seconds[known] = seconds_of_numbers(values[known], form)
    why = "whole numbers that are dates"
    column = replace(
        column, kind=Kind.TIMESTAMP, why=why, time_format=form, missing_codes=()
    )
    return Found(column, seconds)
