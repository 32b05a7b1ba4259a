"""A value means the same in a file, a request and a data frame."""

import datetime as dt
import math
from typing import Any

import pytest

from artifact.columns import Column, Kind
from artifact.value_encoders import encoder, text_encoder
from artifact.value_kinds import WrongKindError

AMOUNT = Column("a", Kind.NUMBER, missing_codes=(-1.0,))
DOLLARS = Column("a", Kind.NUMBER, unit="$", is_grouped=True)
CLOCK = Column("at", Kind.NUMBER, is_clock=True)
CODES = Column("mcc", Kind.CATEGORY, categories=("150.0", "185.0", "-1"))
ZIPS = Column("zip", Kind.CATEGORY, categories=("00501", "10001"))
CHANNEL = Column("c", Kind.CATEGORY, categories=("web", "7"))
FLAG = Column("f", Kind.CATEGORY, categories=("false", "true"), is_boolean=True)
WHEN = Column("w", Kind.TIMESTAMP, time_format="iso")
DAY = Column("d", Kind.TIMESTAMP, time_format="%Y%m%d")
HOURS = Column("h", Kind.TIMESTAMP, time_format="h")


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        (AMOUNT, (12, 12.0), 12.0),
        (AMOUNT, (-1, -1.0, None, math.nan), None),
        (DOLLARS, (1234.5, "$1,234.50", "1234.5", "$ 1,234.5"), 1234.5),
        (DOLLARS, ("-$3", "$-3", "($3.00)", -3), -3.0),
        (CLOCK, ("06:30", "6:30 AM", "06:30:00", dt.time(6, 30), 6.5), 6.5),
        (CLOCK, ("18:30", "6:30 pm"), 18.5),
        (CODES, ("150.0", "150", 150, 150.0), 0.0),
        (CODES, ("-1", "-1.0", -1), 2.0),
        (CODES, ("7", 7), 3.0),
        (ZIPS, ("00501", 501, "501"), 0.0),
        (CHANNEL, ("web", " web "), 0.0),
        (CHANNEL, ("?", "", "NA", None), None),
        (FLAG, (True, "true", "True", "Y", 1, "1", 1.0), 1.0),
        (FLAG, (False, "F", "no", 0), 0.0),
        (
            WHEN,
            ("1970-01-02", "1970-01-01T23:00:00-01:00", dt.date(1970, 1, 2)),
            86400.0,
        ),
        (DAY, (19700102, "19700102", "1970-01-02", 19700102.0), 86400.0),
        (HOURS, (24, 24.0), 86400.0),
    ],
)
def test_values_that_mean_the_same(
    column: Column, values: tuple[object, ...], expected: float | None
) -> None:
    for value in values:
        got = encoder(column)(value)
        assert got == expected or (expected is None and math.isnan(got)), value
        if isinstance(value, str):
            cell = text_encoder(column)(value)
            assert cell == expected or (expected is None and math.isnan(cell)), value


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        (AMOUNT, "12", "a number"),
        (AMOUNT, True, "a number"),
        (DOLLARS, "€3", "a number, or text with a decimal point"),
        (DOLLARS, "$x", "a number, or text with a decimal point"),
        (CLOCK, "25:00", "a time of day such as 06:21"),
        (CLOCK, "13:00 PM", "a time of day such as 06:21"),
        (CHANNEL, 7, "a string"),
        (CODES, True, "a string"),
        (FLAG, "maybe", "true or false"),
        (FLAG, 2, "true or false"),
        (WHEN, 5, "a timestamp such as 2026-01-31T12:00:00Z"),
        (DAY, 20261301, "a date such as 20260131"),
        (HOURS, "24", "a number"),
        (WHEN, {}, "a timestamp such as 2026-01-31T12:00:00Z"),
    ],
)
def test_a_value_of_another_kind_says_what_was_expected(
    column: Column, value: Any, expected: str
) -> None:
    with pytest.raises(WrongKindError) as caught:
        encoder(column)(value)
    assert caught.value.expected == expected
    assert str(value) not in caught.value.got


@pytest.mark.parametrize(
    ("form", "text", "got"),
    [
        ("%d.%m.%Y %H:%M", "31.04.2026 10:00", "a date or time that does not exist"),
        ("%d.%m.%Y", "2026-04-31", "a date or time that does not exist"),
        ("%d.%m.%Y", "4111 1111", "a string"),
        ("iso", "2026-01-01T25:00:00", "a date or time that does not exist"),
        ("iso", "4929-1234-1234-1234", "a string"),
    ],
)
def test_a_date_that_is_none_is_called_so(form: str, text: str, got: str) -> None:
    column = Column("at", Kind.TIMESTAMP, time_format=form)
    with pytest.raises(WrongKindError) as raised:
        encoder(column)(text)
    assert raised.value.got == got
