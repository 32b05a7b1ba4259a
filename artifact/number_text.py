"""Numbers as people write them: 1,234.50 · 1.234,50 · $12.34 · 12.5% · (3.00) · 06:21.

A column says which of these marks its text may carry. Training matches a column's
cells and a request's text is matched by the same patterns, so that both mean the same.
"""

import re

from artifact.columns import Column

#: White space in and around numbers, as a set of a regular expression.
BLANK = " \t\n\r\f\v\u00a0\u202f"
_PLAIN = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
PLAIN_NUMBER = re.compile(_PLAIN)
# 0,123 is no 123: a number of groups begins with another digit than zero.
_FIRST_GROUP = "[-+]?[1-9][0-9]{0,2}"
_GROUP = "(?:[, '\u00a0\u202f][0-9]{3})"
_GROUP_OF_COMMA = "(?:[. '\u00a0\u202f][0-9]{3})"
_GROUP_WITHOUT_POINT = "(?:[ '\u00a0\u202f][0-9]{3})"
_GROUPED = rf"{_PLAIN}|{_FIRST_GROUP}{_GROUP}+(?:\.[0-9]+)?"
# A point is certain to stand between thousands before a comma, or with another point.
_COMMA = (
    rf"[-+]?[0-9]+(?:,[0-9]+)?|{_FIRST_GROUP}{_GROUP_OF_COMMA}+,[0-9]+"
    rf"|{_FIRST_GROUP}(?:{_GROUP_OF_COMMA}{{2,}}|{_GROUP_WITHOUT_POINT})"
)
_COMMA_GROUPED = rf"{_COMMA}|{_FIRST_GROUP}{_GROUP_OF_COMMA}"
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
    if not re.fullmatch(number_pattern(column), cell):
        raise ValueError("no number")
    groups = thousands_marks(column)
    plain = cell.translate(str.maketrans("", "", groups))
    return float(plain.replace(",", ".") if column.decimal_comma else plain)


def number_pattern(column: Column) -> str:
    """Regular expression of the column's numbers without their unit.

    It is one to Python and to RE2, which Arrow has, and is matched in full.
    """
    if column.decimal_comma:
        return _COMMA_GROUPED if column.is_grouped else _COMMA
    return _GROUPED if column.is_grouped else _PLAIN


def thousands_marks(column: Column) -> str:
    """Return the characters that say nothing in the column's numbers."""
    return ". '\u00a0\u202f" if column.decimal_comma else ", '\u00a0\u202f"


def without_unit(cell: str, unit: str) -> str:
    """Take a sign such as $ or EUR away; brackets around a number mean minus."""
    if cell.startswith("(") and cell.endswith(")"):
        cell = f"-{cell[1:-1]}"
    sign = cell[:1] if cell[:1] in ("-", "+") else ""
    rest = cell[len(sign) :].strip(BLANK)
    return sign + rest.removeprefix(unit).removesuffix(unit).strip(BLANK)


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
