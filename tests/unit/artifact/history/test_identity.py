"""One entity is one history, however its value is spelt."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from artifact.history.asof import entity_codes
from artifact.history.identity import entity_text


@pytest.mark.parametrize(
    "value",
    [
        *(801, 801.0, "801", "801.0", " 801.00 ", b"801", Decimal("801.00")),
        *(np.int64(801), np.float32(801), np.float64(801), np.str_("801")),
    ],
    ids=repr,
)
def test_spellings_of_one_card(value: object) -> None:
    assert entity_text(value) == "801"


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", "  ", "NA", " nan ", "null", float("nan"), float("inf"), True),
        *(np.float32("nan"), np.datetime64("NaT"), pd.NA, pd.NaT, Decimal("NaN")),
    ],
    ids=repr,
)
def test_what_is_no_value_is_nobody(value: object) -> None:
    assert entity_text(value) is None


@pytest.mark.parametrize(
    "value", ["0801", "801.5", "card 801.0", "4158377674996164123", "1e3"]
)
def test_other_ids_stay_as_they_are(value: str) -> None:
    assert entity_text(value) == value


def test_a_date_is_its_text() -> None:
    assert entity_text(dt.date(2026, 1, 31)) == "2026-01-31"


def test_spellings_in_a_table_share_one_number() -> None:
    codes = np.array([0, 1, 2, 3, -1])
    numbers, texts = entity_codes(codes, ["801", "801.0", "NA", "7"])
    assert numbers.tolist() == [0, 0, -1, 1, -1]
    assert texts == ("801", "7")
