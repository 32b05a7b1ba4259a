"""The quick readers and the exact one agree on every body, right or wrong."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.manifest import Feature, Manifest, SelfTest, TrainingData
from artifact.value_encoders import LARGEST
from serving.errors import RequestError
from serving.formats.json_decoders import (
    decoder_of_one,
    standard_decoder,
    standard_decoder_of_one,
    typed_decoder,
)
from serving.formats.json_input import JsonReader
from serving.formats.json_lists import standard_loads, typed_loads
from serving.formats.json_scanner import JsonScanner
from serving.formats.schema import Schema
from serving.formats.text import decode_text

NAMES = ("A", "B", "C")
SCHEMA = Schema(
    Manifest(
        files={},
        features=tuple(Feature(n, "float64", {0.0: -1.0, 1.0: 1.0}) for n in NAMES),
        label="Class",
        versions={},
        training_data=TrainingData("0" * 64, 1, 1),
        self_test=SelfTest(dict.fromkeys(NAMES, 0.0), 0.5),
    )
)
READERS = {
    "standard": JsonReader(SCHEMA, standard_decoder(NAMES), loads_lists=standard_loads),
    "typed": JsonReader(
        SCHEMA, typed_decoder(NAMES), loads_lists=typed_loads(len(NAMES))
    ),
}

numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**25), 10**25),
    st.sampled_from([0, -0.0, 5e-324, LARGEST, 1.1 * LARGEST, 1.7976931348623157e308]),
)
right_numbers = numbers.filter(lambda number: abs(number) <= LARGEST)
others: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, "1", "", [], {}, [1], float("nan")]
)
names = st.sampled_from([*NAMES, "D", "", "a", "A ", "instances"])
transactions = st.one_of(
    st.fixed_dictionaries(dict.fromkeys(NAMES, numbers)),
    st.dictionaries(names, st.one_of(numbers, others), max_size=5),
    st.lists(numbers, min_size=len(NAMES), max_size=len(NAMES)),
    st.lists(st.one_of(numbers, others), max_size=5),
)
documents = st.one_of(
    transactions,
    st.lists(transactions, max_size=4),
    st.fixed_dictionaries({"instances": st.lists(transactions, max_size=3)}),
    others,
)


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """JSON of transactions and near misses, sometimes with a byte or two changed."""
    indent = draw(st.sampled_from([None, 2]))
    body = bytearray(json.dumps(draw(documents), indent=indent).encode())
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(body)))
        body[at : at + draw(st.integers(0, 1))] = draw(
            st.sampled_from(
                [b"", b",", b'"', b"{", b"}", b"[", b"1", b"e", b" ", b"\\"]
            )
        )
    return bytes(body)


def outcome(read: Any, body: bytes) -> Any:
    try:
        rows, form = read(body)
    except RequestError as error:
        return error.body()
    return rows.tolist(), form


def exactly(body: bytes) -> Any:
    return JsonScanner(decode_text(body), SCHEMA).document()


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150, deadline=None)
@given(body=bodies())
def test_a_quick_reader_accepts_and_refuses_as_the_exact_one(
    name: str, body: bytes
) -> None:
    assert outcome(READERS[name].read, body) == outcome(exactly, body)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=100, deadline=None)
@given(rows=st.lists(bodies(), min_size=1, max_size=3), end=st.sampled_from(["", "\n"]))
def test_json_lines_are_read_as_the_exact_reader_reads_them(
    name: str, rows: list[bytes], end: str
) -> None:
    body = b"\n".join(rows) + end.encode()

    def quickly(body: bytes) -> Any:
        return READERS[name].read_lines(body), "list"

    def by_line(body: bytes) -> Any:
        return JsonScanner(decode_text(body), SCHEMA).lines(), "list"

    assert outcome(quickly, body) == outcome(by_line, body)


@pytest.mark.parametrize("make", [decoder_of_one, standard_decoder_of_one])
@settings(max_examples=150, deadline=None)
@given(body=bodies())
def test_the_shortest_way_takes_only_what_the_exact_reader_takes(
    make: Any, body: bytes
) -> None:
    values = JsonReader(SCHEMA, decode_one=make(SCHEMA)).read_one(body)
    if values is not None:
        rows, form = exactly(body)
        assert form == "object"
        assert rows.tolist() == [list(values)]
        assert SCHEMA.count_outside(rows) == 0


@pytest.mark.parametrize("make", [decoder_of_one, standard_decoder_of_one])
@pytest.mark.parametrize(
    ("value", "taken"),
    [
        *(("1", True), ("-1.0", True), ("0", True), ("-0.0", True), ("1e-400", True)),
        *(("1.0000000000000002", False), ("-1.0000000000000002", False)),
        *(("2", False), ("1e400", False), ("-1e400", False), ("1" * 400, False)),
        *(("NaN", False), ("Infinity", False), ("true", False), ("null", False)),
    ],
)
def test_the_shortest_way_takes_what_training_saw_and_nothing_else(
    make: Any, value: str, taken: bool
) -> None:
    body = f'{{"A": 0.5, "B": {value}, "C": -0.5}}'.encode()
    values = JsonReader(SCHEMA, decode_one=make(SCHEMA)).read_one(body)
    assert values == ((0.5, float(value), -0.5) if taken else None)


@given(
    st.lists(
        st.tuples(right_numbers, right_numbers, right_numbers), min_size=1, max_size=50
    )
)
def test_right_rows_come_back_bit_by_bit(rows: list[tuple[float, ...]]) -> None:
    body = json.dumps([dict(zip(NAMES, row, strict=True)) for row in rows]).encode()
    for reader in READERS.values():
        got, form = reader.read(body)
        assert form == "list"
        np.testing.assert_array_equal(got, np.array(rows, np.float64))


@given(
    rows=st.lists(
        st.tuples(right_numbers, right_numbers, right_numbers), min_size=1, max_size=50
    )
)
def test_rows_that_are_lists_are_the_models_columns_in_order(
    rows: list[tuple[float, ...]],
) -> None:
    objects = [dict(zip(NAMES, row, strict=True)) for row in rows]
    for reader in READERS.values():
        for body, same in [
            (rows, objects),
            ({"instances": rows}, {"instances": objects}),
            (rows[0], objects[0]),
            ([objects[0], *rows], [objects[0], *objects]),
        ]:
            given_rows, form = reader.read(json.dumps(body).encode())
            expected, same_form = reader.read(json.dumps(same).encode())
            assert form == same_form
            assert given_rows.tobytes() == expected.tobytes()
        lines, same_lines = (
            "\n".join(map(json.dumps, each)).encode() for each in (rows, objects)
        )
        expected = reader.read_lines(same_lines)
        assert reader.read_lines(lines).tobytes() == expected.tobytes()
