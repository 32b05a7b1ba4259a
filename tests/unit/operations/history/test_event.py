"""A payment's time and amount are read as training read their columns."""

import datetime as dt
import json
import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from artifact.columns import Column, Kind
from artifact.history.definition import HistoryDefinition, parse_definition
from operations.account.errors import OperationError
from operations.history.event import read_event
from operations.history.table import HistoryTable

DEFINITION = HistoryDefinition(("card",), "time", "amount")
SECONDS = 1_388_534_400


def read(transaction: dict[str, Any], **definition: Any) -> tuple[int, int, float]:
    """Seconds, minor units and amount, by a definition that was stored."""
    document = json.dumps(replace(DEFINITION, **definition).as_dict())
    stored = parse_definition(json.loads(document))
    event = read_event(transaction, HistoryTable("t", b"k", stored, None))
    return event.seconds, event.minor, event.amount


def form(**marks: Any) -> Column:
    return Column("amount", Kind.NUMBER, **marks)


@pytest.mark.parametrize(
    ("marks", "amount", "minor"),
    [
        ({"unit": "$"}, "$12.50", 1250),
        ({"unit": "$", "is_grouped": True}, "$1,234.50", 123_450),
        ({"is_grouped": True}, "1,234.50", 123_450),
        ({"decimal_comma": True}, "12,50", 1250),
        ({"decimal_comma": True}, 12.5, 1250),
        ({}, " 12.50 ", 1250),
        *[({}, amount, 1250) for amount in (np.float32(12.5), Decimal("12.50"))],
    ],
    ids=repr,
)
def test_an_amount_in_the_form_of_its_column(
    marks: dict[str, Any], amount: object, minor: int
) -> None:
    got = read({"time": 5, "amount": amount}, amount_form=form(**marks))
    assert got[1:] == (minor, 12.5 if minor == 1250 else 1234.5)


@pytest.mark.parametrize("amount", [-1, "-1", "-1.0", "", "NA", None, pd.NA, 1e29])
def test_an_amount_that_is_not_known(amount: object) -> None:
    got = read({"time": 5, "amount": amount}, amount_form=form(missing_codes=(-1.0,)))
    assert got[1] == 0
    assert math.isnan(got[2])


@pytest.mark.parametrize(
    ("time_format", "time"),
    [
        ("", str(SECONDS)),
        ("", f"{SECONDS}.75"),
        ("", np.int64(SECONDS)),
        ("", Decimal(SECONDS)),
        ("s", str(SECONDS)),
        ("ms", f"{SECONDS}000"),
        ("ms", np.int64(SECONDS * 1000)),
        ("iso", "2014-01-01"),
        ("iso", "2014-01-01T00:00:00Z"),
        ("iso", np.datetime64("2014-01-01T00:00:00", "ns")),
        ("iso", pd.Timestamp("2014-01-01")),
        ("iso", dt.datetime(2014, 1, 1, tzinfo=dt.UTC)),
        ("%Y%m%d", "20140101"),
        ("%Y%m%d", np.int32(20_140_101)),
    ],
    ids=repr,
)
def test_a_time_as_a_cell_or_as_a_library_has_it(
    time_format: str, time: object
) -> None:
    assert read({"time": time, "amount": 1}, time_format=time_format)[0] == SECONDS


@pytest.mark.parametrize("time", [None, "", "soon", True, [5], np.datetime64("NaT")])
def test_a_time_that_is_none_is_refused(time: object) -> None:
    with pytest.raises(OperationError, match="time: expected the transaction's time"):
        read({"time": time, "amount": 1})


@pytest.mark.parametrize(
    ("amount", "got"),
    [
        ("12,50", "got text"),
        ("a lot", "got text"),
        (True, "got true or false"),
        ([12], "got a list"),
        (1e31, "got a number beyond"),
        (float("inf"), "got a number beyond"),
    ],
)
def test_an_amount_that_the_endpoint_refuses_is_refused(
    amount: object, got: str
) -> None:
    with pytest.raises(OperationError, match=f"^amount: expected a number.*{got}"):
        read({"time": 5, "amount": amount})
