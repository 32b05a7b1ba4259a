"""Whole numbers that are moments: since 1970, or dates such as 20260131."""

import numpy as np
import numpy.typing as npt

from artifact.timestamps import DATE_NUMBER, MOMENT_NUMBER, SECONDS_PER_UNIT
from training.data.dataset import Floats

#: Spans in which a number of that unit since 1970 lies: 2000 to 2039. Beyond begin
#: those that the numbers of payment cards would have as microseconds, from 2040 on.
_EPOCH_SPAN = (946_684_800.0, 2_200_000_000.0)
#: Dates written as whole numbers lie between these.
_DATE_NUMBERS = (19_000_101, 21_001_231)
#: Of one with its time, such as 20260131235959.
_CLOCK, _END_OF_DAY = 1_000_000.0, 240_000


def epoch_unit(known: Floats) -> str:
    """Return the unit in which all values lie between 2000 and 2039; "" for none.

    Amounts and keys may be as large, so that the values must be many, and whole but for
    fractions of a second.
    """
    if len(known) < 2:  # noqa: PLR2004
        return ""
    is_whole = bool((known == np.rint(known)).all())
    low, high = float(known.min()), float(known.max())
    for unit in ("s", "ms", "us", "ns") if is_whole else ("s",):
        seconds = SECONDS_PER_UNIT[unit]
        if _EPOCH_SPAN[0] <= low * seconds and high * seconds <= _EPOCH_SPAN[1]:
            return unit
    return ""


def date_form(known: Floats) -> str:
    """Return how all values are dates, such as 20260131; "" for none."""
    if len(known) < 2:  # noqa: PLR2004
        return ""
    if are_date_numbers(known):
        return DATE_NUMBER
    first, last = (day * _CLOCK for day in _DATE_NUMBERS)
    if not first <= known.min() <= known.max() < last + _END_OF_DAY:
        return ""
    days, clock = np.divmod(known, _CLOCK)
    minutes, seconds = clock // 100 % 100, clock % 100
    is_clock = (clock < _END_OF_DAY) & (minutes < 60) & (seconds < 60)  # noqa: PLR2004
    return MOMENT_NUMBER if is_clock.all() and are_date_numbers(days) else ""


def seconds_of_numbers(numbers: Floats, form: str) -> Floats:
    """Seconds since 1970 of numbers in a form that `date_form` returned."""
    days, clock = np.divmod(numbers, _CLOCK if form == MOMENT_NUMBER else 1.0)
    at_midnight = days_of(days).astype("datetime64[s]").astype(np.int64)
    in_day = clock // 10_000 * 3600 + clock // 100 % 100 * 60 + clock % 100
    return np.asarray(at_midnight + in_day, np.float64)


def are_date_numbers(known: Floats) -> bool:
    """Whether all values are dates such as 20260131."""
    low, high = _DATE_NUMBERS
    if len(known) < 2 or not ((known >= low) & (known <= high)).all():  # noqa: PLR2004
        return False
    if not (known == np.rint(known)).all():
        return False
    days = days_of(known)
    return bool((_date_number_of(days) == known).all())


def days_of(numbers: Floats) -> npt.NDArray[np.datetime64]:
    """Return the days that numbers such as 20260131 mean."""
    whole = numbers.astype(np.int64)
    months = (whole // 10_000 - 1970) * 12 + whole // 100 % 100 - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return (first + whole % 100 - 1).astype("datetime64[D]")


def _date_number_of(days: npt.NDArray[np.datetime64]) -> Floats:
    months = days.astype("datetime64[M]")
    month = months.astype(np.int64)
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    return np.asarray(
        (month // 12 + 1970) * 10_000 + (month % 12 + 1) * 100 + day, np.float64
    )
