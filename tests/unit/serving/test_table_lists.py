"""A row that is a list of values says the same as the object that names them."""

import json
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.columns import Column, Kind
from artifact.manifest import Feature, Manifest, SelfTest, TrainingData
from serving.errors import RequestError
from serving.formats.json_input import JsonReader
from serving.formats.json_scanner import JsonScanner
from serving.formats.schema import Schema

COLUMNS = (
    Column("at", Kind.TIMESTAMP, time_format="iso"),
    Column("shop", Kind.CATEGORY, categories=("food", "a, [b]", "fuel")),
    Column("abroad", Kind.CATEGORY, categories=("false", "true"), is_boolean=True),
    Column("amount", Kind.NUMBER),
    Column("age", Kind.NUMBER, can_be_missing=True, missing_codes=(-1.0,)),
    Column("card", Kind.ENTITY),
)
INPUTS = COLUMNS[:-1]
NAMES = [column.name for column in INPUTS]
SCHEMA = Schema(
    Manifest(
        files={},
        features=tuple(
            Feature(name, "float64", {0.0: 0.0, 1.0: 9.0}) for name in NAMES
        ),
        label="fraud",
        versions={},
        training_data=TrainingData("0" * 64, 1, 1),
        self_test=SelfTest(dict.fromkeys(NAMES, 0.0), 0.5),
        columns=COLUMNS,
    )
)
#: Right values of each column, in their order, and what is right of none.
VALUES: tuple[list[Any], ...] = (
    ["2026-01-31T12:00:00Z", "2026-01-31 12:00:00"],
    ["food", "a, [b]", "never seen", ""],
    [True, False, "true", 0],
    [12.5, 3, -0.0],
    [41, -1, None],
)
WRONG: list[Any] = [["4111"], {}, "4111x", None, 1e40]


@pytest.fixture(params=["msgspec", "standard"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    if request.param == "standard":
        monkeypatch.setitem(sys.modules, "msgspec", None)
    return JsonReader(SCHEMA)


def rows_of(wrong: bool) -> st.SearchStrategy[list[list[Any]]]:
    cells = [st.sampled_from([*each, *(WRONG if wrong else ())]) for each in VALUES]
    row = st.tuples(*cells).map(list)
    return st.lists(row, min_size=1, max_size=4)


def outcome(read: Any, body: Any) -> Any:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        rows, form = read(text)
    except RequestError as error:
        return error.body()
    return rows.tobytes(), form


@settings(max_examples=150, deadline=None)
@given(rows=st.one_of(rows_of(wrong=False), rows_of(wrong=True)))
def test_a_list_is_answered_and_refused_as_the_object(rows: list[list[Any]]) -> None:
    objects = [dict(zip(NAMES, row, strict=True)) for row in rows]
    reader = JsonReader(SCHEMA)

    def lines(body: bytes) -> Any:
        return reader.read_lines(body), "list"

    # A list that begins with a list holds rows.
    alone = [] if isinstance(rows[0][0], list | dict) else [(rows[0], objects[0])]
    for body, same in [
        (rows, objects),
        *alone,
        ({"instances": rows}, {"instances": objects}),
        ([*objects, *rows], [*objects, *objects]),
    ]:
        assert outcome(reader.read, body) == outcome(reader.read, same)
    joined, same_lines = (
        "\n".join(map(json.dumps, each)).encode() for each in (rows, objects)
    )
    assert outcome(lines, joined) == outcome(lines, same_lines)


RIGHT = [each[0] for each in VALUES]


@pytest.mark.parametrize(
    "body",
    [
        [RIGHT, RIGHT[:-1]],
        [RIGHT, [*RIGHT, 1]],
        [RIGHT, RIGHT[::-1]],
        {"instances": RIGHT},
        {"instances": [RIGHT], "more": 1},
        [RIGHT, "food"],
        [],
        [[]],
        ["food"],
        RIGHT[:-1],
        [RIGHT[:-1], [*RIGHT, 1]],
    ],
)
def test_the_quick_way_refuses_as_the_exact_one(reader: JsonReader, body: Any) -> None:
    def exactly(text: bytes) -> Any:
        return JsonScanner(text.decode(), SCHEMA).document()

    refused = outcome(reader.read, body)
    assert b"error" in refused
    assert refused == outcome(exactly, body)


def test_lists_are_read_the_quick_way(reader: JsonReader) -> None:
    """Ten times the exact reader's speed; it is the way of big requests."""
    body = json.dumps([RIGHT, RIGHT]).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JsonScanner, "document", None)
        rows, form = reader.read(body)
    assert form == "list"
    assert rows.shape == (2, len(NAMES))
    assert np.isfinite(rows).all()


def test_what_json_has_not_is_no_missing_value(reader: JsonReader) -> None:
    body = json.dumps([[*RIGHT[:-1], float("nan")]]).encode()
    with pytest.raises(RequestError, match=r"wrong_type.*got NaN"):
        reader.read(body)


def test_columns_that_are_no_inputs_have_no_place_in_a_list() -> None:
    with pytest.raises(RequestError, match=r"expected 5 values.*got 6 values"):
        JsonReader(SCHEMA).read(json.dumps([*RIGHT, "4111"]).encode())
