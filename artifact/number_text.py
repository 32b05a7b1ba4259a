"""Numbers as people write them: 1,234.50 · 1.234,50 · $12.34 · 12.5% · (3.00) · 06:21.

A column says which of these marks its text may carry; plain numbers are always read.
"""

import re

from artifact.columns import Column

PLAIN_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:[,. \u00a0'][0-9]{3})*(?:[.,][0-9]+)?")
_COMMA = re.compile(r"[-+]?[0-9]+(?:,[0-9]+)?")
CLOCK = re.compile(
    r"([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]+)?))?(?: ?([AaPp])\.?[Mm]\.?)?"
)
_HOURS_PER_DAY, _NOON = 24, 12


def parse_number(cell: str, column: Column) -> float:
    """Read a number as the column's files write it.

    Raises
    ------
    ValueError
        If it is none.
    """
    cell = cell.strip()
    if column.is_clock:
        return hours_of_clock(cell)
    if column.unit:
        cell = without_unit(cell, column.unit)
    if PLAIN_NUMBER.fullmatch(cell) and not column.decimal_comma:
        return float(cell)
    if column.is_grouped and _GROUPED.fullmatch(cell):
        return float(plain_number(cell, decimal_comma=column.decimal_comma))
    if column.decimal_comma and (_GROUPED.fullmatch(cell) or _COMMA.fullmatch(cell)):
        return float(plain_number(cell, decimal_comma=True))
    raise ValueError("no number")


def plain_number(cell: str, *, decimal_comma: bool) -> str:
    """Take the marks between thousands away, and make the decimal mark a point."""
    groups = ". \u00a0'" if decimal_comma else ", \u00a0'"
    plain = cell.translate(str.maketrans("", "", groups))
    return plain.replace(",", ".") if decimal_comma else plain


def without_unit(cell: str, unit: str) -> str:
    """Take a sign such as $ or EUR away; brackets around a number mean minus."""
    if cell.startswith("(") and cell.endswith(")"):
        cell = f"-{cell[1:-1]}"
    sign = cell[:1] if cell[:1] in ("-", "+") else ""
    rest = cell[len(sign) :].strip()
    return sign + rest.removeprefix(unit).removesuffix(unit).strip()


def hours_of_clock(text: str) -> float:
    """Return the hours since midnight of 06:21, 18:21:07.5 or 6:21 PM.

    Raises
    ------
    ValueError
        If it is no time of day.
    """
    match = CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError("no time of day")
    hours, minutes, seconds, half = match.groups()
    hour = int(hours)
    if half:
        if not 1 <= hour <= _NOON:
            raise ValueError("no time of day")
        hour = hour % _NOON + _NOON * (half in "pP")
    if hour >= _HOURS_PER_DAY:
        raise ValueError("no time of day")
    return hour + int(minutes) / 60 + float(seconds or 0) / 3600


def clock_of_hours(hours: float) -> str:
    """Return ``HH:MM:SS``, to the second."""
    seconds = min(round(hours * 3600), 86_399)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
