"""Columns of text that are numbers, however they are written."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from artifact.columns import Column, Kind
from artifact.number_text import (
    BLANK,
    hours_of_clock,
    number_pattern,
    parse_number,
    thousands_marks,
)
from training.data.dataset import Floats

#: From this share of numbers on, a word among them is a mistake.
MOSTLY = 0.9
#: What a stray cell may hold → what the others of its column do.
OTHER_MARKS = {
    "a decimal point": "commas as in the rest of the column",
    "a decimal comma": "points as in the rest of the column",
}
_SAMPLE = 1000
#: Where none of so many is a time of day, none is looked at further.
_FIRST_TEXTS = 20
#: What stands between thousands and in no fraction, to RE2.
_APART = r" '\x{00a0}\x{202f}"
_INFINITY = "[-+]?(?i:inf|infinity)"
# A currency's sign or code, or a percent sign, before or after a number.
# Codes are named, since any three letters before digits may be a key's.
_UNIT = (
    r"[$€£¥₹₽₩₺₪₫₦฿%]|[A-Z]{1,3}\$|Rs\.?|kr\.?|zł|USD|EUR|GBP|JPY|CNY|INR|CHF|CAD|AUD|"
    r"NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|RUB|UAH|ILS|AED|SAR|ZAR|NGN|KES|BRL|MXN|ARS|"
    r"CLP|COP|PEN|KRW|TWD|HKD|SGD|MYR|THB|IDR|PHP|VND"
)
_WITH_UNIT = re.compile(
    rf"\(?[-+]?\s*({_UNIT})?\s*[-+]?[0-9][0-9.,' \u00a0\u202f]*(?:[eE][-+]?[0-9]+)?"
    rf"\s*({_UNIT})?\)?"
)


@dataclass(frozen=True)
class NumberText:
    """Text as numbers: how it writes them, and what is none of them."""

    #: The form, without a kind that is final.
    column: Column
    #: (n_rows,) plain numbers as text; null where there is none.
    text: pa.ChunkedArray
    #: (n_rows,) with NaN for missing and for what is no number.
    values: Floats
    #: Rows with a value that is no number.
    stray: npt.NDArray[np.bool_]
    #: What the first of them holds: text, or a key of `OTHER_MARKS`.
    stray_kind: str

    @property
    def note(self) -> str:
        """What is unusual about the form, in words."""
        column = self.column
        words = []
        if column.decimal_comma:
            words.append("the comma is read as the decimal point")
        elif column.is_grouped:
            words.append("marks between thousands are left out")
        if column.unit:
            words.append("the sign of a unit is left out")
        return "; ".join(words)


def read_number_text(
    name: str, data: pa.ChunkedArray, *, is_forced: bool, is_text_file: bool
) -> NumberText | None:
    """Read text as numbers; None where it is mostly something else.

    Parameters
    ----------
    name : str
    data : pyarrow.ChunkedArray of shape (n_rows,)
        Strings.
    is_forced : bool
        Whether it is to be numbers, whatever it looks like.
    is_text_file : bool
        Whether the column comes from a file that knows no types. One that does says
        text of whole numbers: codes.
    """
    trimmed = pc.utf8_trim_whitespace(data)
    if not is_forced and _any_match(trimmed, r"^[-+]?0[0-9]+$"):
        return None  # 00501 is a code
    count = len(data) - data.null_count
    forms = [(form, _plain_of(trimmed, form)) for form in _forms(name, trimmed)]
    column, text = max(forms, key=lambda form: len(form[1]) - form[1].null_count)
    hits = len(text) - text.null_count
    if hits == 0 or (not is_forced and hits < MOSTLY * count and count - hits > 1):
        return None
    if not (
        is_text_file or is_forced or column.is_marked or _any_match(text, r"[.eE]")
    ):
        return None
    values: Floats = np.array(
        text.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64
    )
    stray = _strays(data, values)
    return NumberText(column, text, values, stray, _stray_kind(column, trimmed, stray))


def read_clock_text(
    texts: list[str], decode: Callable[[list[float]], Floats]
) -> Floats | None:
    """Read distinct texts as times of day, in hours; None where most are none.

    `decode` turns a value per distinct text into one per row.
    """
    few = [_hours_or_nan(text) for text in texts[:_FIRST_TEXTS]]
    if np.isnan(few).all():
        return None
    hours = [_hours_or_nan(text) for text in texts]
    known = len(texts) - int(np.isnan(hours).sum())
    if not known or known < MOSTLY * len(texts):
        return None
    return decode(hours)


def _hours_or_nan(text: str) -> float:
    try:
        return hours_of_clock(text)
    except ValueError:
        return np.nan


def _stray_kind(
    column: Column, text: pa.ChunkedArray, stray: npt.NDArray[np.bool_]
) -> str:
    """Say what the first stray cell holds; a number of the other form is no text."""
    if stray.any():
        cell = text[int(np.argmax(stray))].as_py()
        other = replace(column, decimal_comma=not column.decimal_comma, is_grouped=True)
        try:
            parse_number(cell, other)
        except ValueError:
            return "text"
        return "a decimal comma" if other.decimal_comma else "a decimal point"
    return "text"


def _strays(data: pa.ChunkedArray, values: Floats) -> npt.NDArray[np.bool_]:
    stray: npt.NDArray[np.bool_] = np.isnan(values) & np.asarray(pc.is_valid(data))
    return stray


def _forms(name: str, text: pa.ChunkedArray) -> list[Column]:
    """Ways to write numbers that are worth trying on this text."""
    plain = Column(name, Kind.NUMBER)
    forms = [plain]
    unit, brackets = _unit_of(text)
    if unit or brackets:
        # Brackets alone are marks too; what they say is read as with a unit.
        forms.append(Column(name, Kind.NUMBER, unit=unit or "()"))
        text = _without_unit(text, unit or "()")
    # 12,50 shows that the comma is the decimal point; 1,234 does not.
    whole = rf"([0-9]*|[0-9.{_APART}]+)"
    has_comma = _any_match(text, rf"^[-+]?{whole},([0-9]{{1,2}}|[0-9]{{4,}})$")
    has_groups = _any_match(text, rf"[0-9][,{_APART}][0-9]")
    has_points = _any_match(text, r"^[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]+)?$")
    marked = [
        replace(form, decimal_comma=True, is_grouped=has_points)
        for form in forms
        if has_comma
    ]
    marked += [replace(form, is_grouped=True) for form in forms if has_groups]
    return forms + marked


def _unit_of(text: pa.ChunkedArray) -> tuple[str, bool]:
    """Return the one unit of most of the first cells, "" for none, and brackets.

    Two currencies in one column are no numbers that can be compared.
    """
    sample = [cell for cell in text.slice(0, _SAMPLE).to_pylist() if cell]
    units: set[str] = set()
    matched, brackets = 0, False
    for cell in sample:
        match = _WITH_UNIT.fullmatch(cell)
        if match is None:
            continue
        matched += 1
        units.update(unit for unit in match.groups() if unit)
        brackets |= cell.startswith("(") and cell.endswith(")")
    if len(units) > 1 or not sample or matched < MOSTLY * len(sample):
        return "", False
    return (units.pop() if units else ""), brackets


def _without_unit(text: pa.ChunkedArray, unit: str) -> pa.ChunkedArray:
    text = pc.replace_substring_regex(text, r"^\((.*)\)$", r"-\1")
    sign = re.escape(unit)
    before = rf"^([-+]?)[{BLANK}]*(?:{sign})?[{BLANK}]*"
    text = pc.replace_substring_regex(text, before, r"\1")
    return pc.replace_substring_regex(text, rf"[{BLANK}]*(?:{sign})?[{BLANK}]*$", "")


def _plain_of(text: pa.ChunkedArray, form: Column) -> pa.ChunkedArray:
    """Return the cells that are numbers of that form, as plain numbers; else null."""
    if form.unit:
        text = _without_unit(text, form.unit)
    pattern = number_pattern(form)
    if not (form.is_grouped or form.decimal_comma):
        matches = pc.match_substring_regex(text, f"^(?:{pattern}|{_INFINITY})$")
        return pc.if_else(matches, text, pa.scalar(None, pa.string()))
    matches = pc.match_substring_regex(text, f"^(?:{pattern})$")
    text = pc.replace_substring_regex(text, f"[{thousands_marks(form)}]", "")
    if form.decimal_comma:
        text = pc.replace_substring(text, ",", ".")
    return pc.if_else(matches, text, pa.scalar(None, pa.string()))


def _any_match(text: pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(text, pattern)).as_py())
