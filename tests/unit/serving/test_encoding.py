"""Numbers in answers read back as the same float64, however they are written."""

import json
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.formats import encoding
from serving.formats.media_types import CSV, JSON, JSON_LINES

KEY = "fraud_probability"


@pytest.fixture(params=["msgspec", "standard"], scope="module")
def writer(request: pytest.FixtureRequest) -> Iterator[str]:
    patch = pytest.MonkeyPatch()
    if request.param == "standard":
        patch.setitem(sys.modules, "msgspec", None)
        patch.setattr(encoding, "_write_list", encoding._list_writer())
    yield request.param
    patch.undo()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_every_form_holds_the_same_numbers(writer: str, numbers: list[float]) -> None:
    def encode(form: str, media_type: str) -> str:
        return encoding.encode(numbers, form, media_type).decode()

    expected = [{KEY: number} for number in numbers]
    assert json.loads(encode("list", JSON)) == expected
    assert json.loads(encode("instances", JSON)) == {"predictions": expected}
    assert [json.loads(x) for x in encode("list", JSON_LINES).splitlines()] == expected
    assert [float(x) for x in encode("list", CSV).splitlines()] == numbers


def test_one_transaction_is_one_object(writer: str) -> None:
    assert encoding.encode([0.25], "object", JSON) == b'{"fraud_probability": 0.25}'
    assert encoding.encode_one(0.25) == b'{"fraud_probability": 0.25}'
