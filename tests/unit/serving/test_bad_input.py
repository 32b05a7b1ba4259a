"""Bodies that are refused: which row, which field, what was expected, what came."""

import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from artifact.loading import Artifact
from serving.formats.csv_input import CsvReader
from serving.formats.json_input import JsonReader
from serving.formats.schema import Rows, Schema
from serving.invocation import Invocations
from serving.request import MAX_BODY_BYTES, Request

JSON = "application/json"
LINES = "application/jsonlines"
CSV = "text/csv"
NPY = "application/x-npy"
GOOD = '{"Hour": 3, "V1": 0.25, "Amount": 12.5}'


def refused(invocations: Invocations, body: str | bytes, content_type: str) -> Any:
    data = body.encode() if isinstance(body, str) else body
    answer = invocations.answer(Request(data, content_type))
    assert answer.status == 400, answer.body
    error = json.loads(answer.body)
    assert set(error) == {"error"}
    assert set(error["error"]) == {"code", "row", "field", "expected", "got"}
    return error["error"]


@pytest.mark.parametrize(
    ("body", "code", "field", "got"),
    [
        ('{"Hour": 3, "Amount": 1}', "missing_field", "V1", "nothing"),
        ("{}", "missing_field", "Hour", "nothing"),
        (GOOD[:-1] + ', "Zip": 1}', "unknown_field", "Zip", "a field that is none"),
        (GOOD[:-1] + ', "V1": 1}', "duplicate_field", "V1", "the same feature again"),
        (GOOD[:-1] + ', "V1": 0.25}', "duplicate_field", "V1", "the same feature"),
        (GOOD.replace("0.25", "null"), "wrong_type", "V1", "null"),
        (GOOD.replace("0.25", "true"), "wrong_type", "V1", "true or false"),
        (GOOD.replace("0.25", "false"), "wrong_type", "V1", "true or false"),
        (GOOD.replace("0.25", '"0.25"'), "wrong_type", "V1", "a string"),
        (GOOD.replace("0.25", '"abc"'), "wrong_type", "V1", "a string"),
        (GOOD.replace("0.25", "{}"), "wrong_type", "V1", "an object"),
        (GOOD.replace("0.25", "[0.25]"), "wrong_type", "V1", "a list"),
        (GOOD.replace("0.25", "NaN"), "wrong_type", "V1", "NaN"),
        (GOOD.replace("0.25", "-Infinity"), "wrong_type", "V1", "Infinity"),
        (GOOD.replace("0.25", "1e400"), "not_finite", "V1", "beyond the range"),
        (GOOD.replace("0.25", "-" + "9" * 5000), "not_finite", "V1", "beyond"),
        (GOOD.replace("3", "3.5"), "wrong_type", "Hour", "a number with a fraction"),
    ],
)
def test_a_bad_value_is_named(
    invocations: Invocations, body: str, code: str, field: str, got: str
) -> None:
    error = refused(invocations, body, JSON)
    assert (error["code"], error["row"], error["field"]) == (code, 1, field)
    assert got in error["got"]
    assert error["expected"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (f"[{GOOD}, {GOOD.replace('0.25', 'null')}, {GOOD}]", JSON),
        (f'{{"instances": [{GOOD}, {GOOD.replace("0.25", "null")}]}}', JSON),
        (f"{GOOD}\n{GOOD.replace('0.25', 'null')}\n{GOOD}\n", LINES),
        ("3,0.25,12.5\n3,,12.5\n3,0.25,12.5\n", CSV),
        ("Amount,V1,Hour\n12.5,0.25,3\n12.5,x,3\n", CSV),
        ("Amount,V1,Hour\n12.5,0.25,3\n12.5,nan,3\n", CSV),
        ("3,0.25,12.5\n3,1e400,12.5\n", CSV),
    ],
    ids=["list", "instances", "lines", "csv", "csv-header", "csv-nan", "csv-1e400"],
)
def test_one_bad_row_of_many_names_itself(
    invocations: Invocations, body: str, content_type: str
) -> None:
    error = refused(invocations, body, content_type)
    assert (error["row"], error["field"]) == (2, "V1")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ("[ ]", ("wrong_column_count", None, "3 values", "0 values")),
        ("[3]", ("wrong_column_count", None, "3 values", "1 value")),
        ("[3, 0.25]", ("wrong_column_count", None, "3 values", "2 values")),
        ("[3, 0.25, 12.5, 0]", ("wrong_column_count", None, "3 values", "4 values")),
        # A label or an id among them moves the others: the count says what is wrong.
        ('["4111", 3, 0.25, 12]', ("wrong_column_count", None, "3 values", "4 values")),
        ("[3" + ", 1" * 20_000 + "]", ("wrong_column_count", None, "3", "more than")),
        ("[3, null, 12.5]", ("wrong_type", "V1", "a number", "null")),
        ("[3, true, 12.5]", ("wrong_type", "V1", "a number", "true or false")),
        ('[3, "4111", 12.5]', ("wrong_type", "V1", "a number", "a string")),
        ("[3, [4111], 12.5]", ("wrong_type", "V1", "a number", "a list")),
        ("[3, {}, 12.5]", ("wrong_type", "V1", "a number", "an object")),
        ("[3, NaN, 12.5]", ("wrong_type", "V1", "a number", "NaN")),
        (
            "[3, 1e400, 12.5]",
            ("not_finite", "V1", "a finite number", "beyond the range"),
        ),
        ("[3.5, 0.25, 12.5]", ("wrong_type", "Hour", "a whole", "with a fraction")),
    ],
)
@pytest.mark.parametrize(
    ("around", "content_type"),
    [
        (("[[3, 0.25, 12.5], ", f", {GOOD}]"), JSON),
        ((f'{{"instances": [{GOOD}, ', "]}"), JSON),
        (("[3, 0.25, 12.5]\n", "\n"), LINES),
    ],
    ids=["list", "instances", "lines"],
)
def test_a_bad_list_of_values_names_row_field_and_kinds_or_counts(
    invocations: Invocations,
    values: str,
    error: tuple[str, str | None, str, str],
    around: tuple[str, str],
    content_type: str,
) -> None:
    found = refused(invocations, values.join(around), content_type)
    code, field, expected, got = error
    assert (found["code"], found["row"], found["field"]) == (code, 2, field)
    assert found["expected"].startswith(expected)
    assert got in found["got"]
    assert "4111" not in json.dumps(found)


@pytest.mark.parametrize("values", ["[3, 0.25]", "[3, null, 12.5]"])
def test_a_list_of_values_alone_is_one_transaction(
    invocations: Invocations, values: str
) -> None:
    assert refused(invocations, values, JSON)["row"] == 1
    right = invocations.answer(Request(b"[3, 0.25, 12.5]", JSON))
    assert right == invocations.answer(Request(GOOD.encode(), JSON))


HUGE_VALUES = ["1.7e308", "-1.7e308", "1.1e30", "-" + "9" * 40]


@pytest.mark.parametrize("value", HUGE_VALUES)
@pytest.mark.parametrize("before", ["", "\ufeff"], ids=["quick", "exact"])
@pytest.mark.parametrize("content_type", [JSON, LINES, CSV, NPY])
def test_a_finite_value_that_is_too_large_to_compute_with_is_refused(
    artifact: Artifact, before: str, value: str, content_type: str
) -> None:
    features = tuple(replace(f, dtype="float64") for f in artifact.manifest.features)
    manifest = replace(artifact.manifest, features=features)
    floats = replace(artifact, manifest=manifest)
    body: str | bytes = (
        before
        + {
            JSON: GOOD.replace("0.25", value),
            LINES: GOOD.replace("0.25", value),
            CSV: f"3,{value},12.5",
            NPY: "",
        }[content_type]
    )
    if content_type == NPY:
        body = npy(np.array([[3, float(value), 12.5]]))
    error = refused(Invocations(floats), body, content_type)
    assert error == {
        "code": "out_of_range",
        "row": 1,
        "field": "V1",
        "expected": "a number between -1e+30 and 1e+30",
        "got": "a number beyond",
    }


@pytest.mark.parametrize("value", ["1e30", "-1e30"])
def test_the_largest_value_that_training_takes_is_scored(
    invocations: Invocations, value: str
) -> None:
    for body, content_type in [
        (GOOD.replace("0.25", value), JSON),
        (GOOD.replace("0.25", value), LINES),
        (f"3,{value},12.5", CSV),
        (f'3,"{value}",12.5', CSV),
    ]:
        answer = invocations.answer(
            Request(
                body.encode(),
                content_type,
                "",
                "explain=3" if content_type != CSV else "",
            )
        )
        assert answer.status == 200
        assert 0 <= answer.max_fraud_probability <= 1
        assert b"NaN" not in answer.body


def test_a_range_beyond_what_is_taken_opens_no_short_way(artifact: Artifact) -> None:
    features = tuple(
        replace(f, dtype="float64", quantiles={0.0: -1e300, 1.0: 1e300})
        for f in artifact.manifest.features
    )
    schema = Schema(replace(artifact.manifest, features=features))
    assert schema.ranges == [(-1e30, 1e30)] * 3


@pytest.mark.parametrize("content_type", [JSON, LINES, CSV])
@pytest.mark.parametrize("body", ["", " ", "\n", "\r\n\t "])
def test_an_empty_body_is_refused(
    invocations: Invocations, body: str, content_type: str
) -> None:
    assert refused(invocations, body, content_type)["code"] == "empty_body"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("[]", "empty_body"),
        ('{"instances": []}', "empty_body"),
        ('{"instances": {}}', "wrong_type"),
        (f'{{"instances": [{GOOD}], "x": 1}}', "unknown_field"),
        ("not json", "invalid_json"),
        ("null", "wrong_type"),
        ("3", "wrong_type"),
        ('"x"', "wrong_type"),
        ("[null]", "wrong_column_count"),
        (f"[{GOOD}, 3]", "wrong_type"),
        ("[[3, 0.25, 12.5], 3]", "wrong_type"),
        ('{"instances": [3, 0.25, 12.5]}', "wrong_type"),
        ("[[3, 0.25, 12.5],]", "invalid_json"),
        ("[[3, 0.25, 12.5] [3, 0.25, 12.5]]", "invalid_json"),
        ("[3, 0.25, 12.5", "invalid_json"),
        ("[3, 0.25, 12.5]]", "invalid_json"),
        ("[3, 0.25, 12.5,]", "invalid_json"),
        (GOOD[:-1], "invalid_json"),
        (GOOD[:-10], "invalid_json"),
        (GOOD + GOOD, "invalid_json"),
        (GOOD + "x", "invalid_json"),
        (f"[{GOOD},]", "invalid_json"),
        (f"[{GOOD} {GOOD}]", "invalid_json"),
        (f"[{GOOD}", "invalid_json"),
        (GOOD.replace(",", ";"), "invalid_json"),
        (GOOD.replace("12.5", "12.5,"), "invalid_json"),
        (GOOD.replace("0.25", "0x25"), "invalid_json"),
        (GOOD.replace("0.25", "00.25"), "invalid_json"),
        (GOOD.replace("0.25", "+0.25"), "invalid_json"),
        (GOOD.replace("0.25", ".25"), "invalid_json"),
        (GOOD.replace("0.25", "1_0"), "invalid_json"),
        (GOOD.replace("0.25", "٣"), "invalid_json"),
        (GOOD.replace('"V1"', "V1"), "invalid_json"),
        (GOOD.replace('"V1"', "'V1'"), "invalid_json"),
        ('{"Hour', "invalid_json"),
        ("{" + GOOD, "invalid_json"),
    ],
)
def test_what_is_not_json_of_transactions_is_refused(
    invocations: Invocations, body: str, code: str
) -> None:
    assert refused(invocations, body, JSON)["code"] == code


@pytest.mark.parametrize(
    ("body", "code", "row"),
    [
        (f"{GOOD}\n\n{GOOD}", "invalid_json", 2),
        (f"{GOOD}{GOOD}", "invalid_json", 1),
        (f"[{GOOD}]", "wrong_type", 1),
        (f"{GOOD}\n[]", "wrong_column_count", 2),
        (f"{GOOD}\n3", "wrong_type", 2),
        ("[3, 0.25, 12.5]\n[3, 0.25\n12.5]", "invalid_json", 2),
        (GOOD.replace(", ", ",\n"), "invalid_json", 1),
        # Joined by commas these two lines would be two right transactions.
        (f'{{"Hour":1,"V1":1\n"Amount":1}},{GOOD}', "invalid_json", 1),
        (f"{GOOD},{GOOD}\n", "invalid_json", 1),
    ],
)
def test_a_bad_line_of_json_lines_is_named(
    invocations: Invocations, body: str, code: str, row: int
) -> None:
    error = refused(invocations, body, LINES)
    assert (error["code"], error["row"]) == (code, row)


@pytest.mark.parametrize(
    ("body", "code", "row", "field"),
    [
        ("Hour,V1\n1,2\n", "missing_field", None, "Amount"),
        ("Hour,V1,Amount,Class\n1,2,3,0\n", "unknown_field", None, "Class"),
        ("Hour,V1,V1\n1,2,3\n", "duplicate_field", None, "V1"),
        ("Hour,V1,Amount\n", "empty_body", None, None),
        ("1,2\n", "wrong_column_count", 1, None),
        ("1,2,3\n1,2,3,4\n", "wrong_column_count", 2, None),
        # As many commas as two rows have, in the wrong lines.
        ("1,2,3,4\n1,2\n", "wrong_column_count", 1, None),
        ("1,2,3\n\n1,2,3\n", "wrong_column_count", 2, None),
        ("1,2,abc\n", "wrong_type", 1, "Amount"),
        ("1,2,inf\n", "wrong_type", 1, "Amount"),
        ("1,2,1_0\n", "wrong_type", 1, "Amount"),
        ("1,2,--3\n", "wrong_type", 1, "Amount"),
        ("1,2,٣\n", "wrong_type", 1, "Amount"),
        ("1.5,2,3\n", "wrong_type", 1, "Hour"),
        ("1;2;3\n", "wrong_column_count", 1, None),
    ],
)
def test_bad_csv_is_named(
    invocations: Invocations, body: str, code: str, row: int | None, field: str | None
) -> None:
    error = refused(invocations, body, CSV)
    assert (error["code"], error["row"], error["field"]) == (code, row, field)


def npy(array: Any) -> bytes:
    body = io.BytesIO()
    np.save(body, array, allow_pickle=True)
    return body.getvalue()


#: A header that promises 240 TB, and data for none of it.
HUGE = npy(np.zeros((1, 3))).replace(b"1, 3), }" + b" " * 12, b"9" * 12 + b", 3), } ")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (npy(np.zeros((2, 4))), "wrong_shape"),
        (npy(np.zeros((0, 3))), "wrong_shape"),
        (npy(np.zeros(4)), "wrong_shape"),
        (npy(np.float64(1)), "wrong_shape"),
        (npy(np.zeros((1, 3)))[:-1], "wrong_shape"),
        (npy(np.zeros((1, 3))).replace(b"(1, 3)", b"(9, 3)"), "wrong_shape"),
        (HUGE, "wrong_shape"),
        (npy(np.array([["a", "b", "c"]])), "wrong_type"),
        (npy(np.array([[object()] * 3])), "wrong_type"),
        (npy(np.array([[True] * 3])), "wrong_type"),
        (npy(np.zeros((1, 3), complex)), "wrong_type"),
        (npy(np.zeros((1, 3), np.uint8)).replace(b"|u1", b"<f1"), "wrong_type"),
        (npy(np.zeros((1, 3), np.uint8)).replace(b"|u1", b"|f1"), "wrong_type"),
        (npy(np.array([[1, np.nan, 2]])), "not_finite"),
        (npy(np.array([[1, np.inf, 2]])), "not_finite"),
        (npy(np.array([[1.5, 1, 2]])), "wrong_type"),
        (npy(np.zeros((1, 3))).replace(b"{'descr'", b"({'descr"), "invalid_npy"),
        (npy(np.zeros((1, 3))).replace(b"}", b"+"), "invalid_npy"),
        (npy(np.zeros((1, 1, 3))), "invalid_npy"),
        (b"\x93NUMPY", "invalid_npy"),
        (b"\x93NUMPY\x01\x00\xff\xff", "invalid_npy"),
        (b"\x93NUMPY\x09\x00" + b" " * 100, "invalid_npy"),
        (b"abc", "invalid_npy"),
    ],
)
def test_bad_npy_is_refused(invocations: Invocations, body: bytes, code: str) -> None:
    assert refused(invocations, body, NPY)["code"] == code


@pytest.mark.parametrize("content_type", [JSON, LINES, CSV])
def test_bytes_that_are_not_utf_8_are_refused(
    invocations: Invocations, content_type: str
) -> None:
    body = GOOD.encode("utf-16")
    assert refused(invocations, body, content_type)["code"] == "invalid_encoding"


def test_a_body_beyond_the_limit_is_413(invocations: Invocations) -> None:
    answer = invocations.answer(Request(b" " * (MAX_BODY_BYTES + 1), JSON))
    assert answer.status == 413


@pytest.mark.parametrize(
    "name", ["4111111111111111", "card 4111", "x" * 65, "V4111111111111111", "<b>", ""]
)
def test_a_field_that_does_not_look_like_a_name_is_not_repeated(
    invocations: Invocations, name: str
) -> None:
    body = json.dumps({name: 1})
    error = refused(invocations, body, JSON)
    assert error["code"] == "unknown_field"
    assert error["field"] is None


def test_no_value_is_repeated(invocations: Invocations) -> None:
    for value in ('"4111-1111"', "{}", "[4111]", "4111e999", "nul4111", '"4111'):
        body = GOOD.replace("0.25", value)
        answer = invocations.answer(Request(body.encode(), JSON))
        assert answer.status == 400
        assert b"4111" not in answer.body


@contextmanager
def peak_bytes() -> Iterator[Callable[[], int]]:
    """Most memory that was in use at a time within the block."""
    tracemalloc.start()
    peaks: list[int] = []
    try:
        yield lambda: peaks[0]
        peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("start", "repeated"),
    [
        ("", "["),
        ("", '{"V1":'),
        ('{"Hour": 1, "V1": ', "["),
        ("", '[{"instances":'),
        ("", "[{},"),
        ("", "{}\n"),
        ("{x}", "\n{x}"),
        ("1,2,3", '\n"1",2,3'),
        ("[", "1,"),
        ("[", "[],"),
        ("[[", "1,"),
        ("[", "[1,1,1],"),
        ("[", '["",'),
        ("", "[1,1,1]\n"),
        ('{"Hour": ', "1"),
        ("", '"'),
        ("", ","),
        ("", "\n"),
        ('"', "\\"),
    ],
)
@pytest.mark.parametrize("content_type", [JSON, LINES, CSV])
def test_a_bomb_is_refused_at_once_and_in_little_memory(
    invocations: Invocations, start: str, repeated: str, content_type: str
) -> None:
    data = (start + repeated * 300_000)[:300_000].encode() + b"x"
    with peak_bytes() as peak:
        answer = invocations.answer(Request(data, content_type))
    assert answer.status == 400
    assert peak() < 6 * len(data) + 300_000


@pytest.mark.parametrize(
    ("start", "row", "end", "content_type"),
    [
        # The mark at the beginning is the exact reader's case.
        ("\ufeff[", '{"Hour":1,"V1":1,"Amount":1},', GOOD + "]", JSON),
        ("\ufeff", '{"Hour":1,"V1":1,"Amount":1}\n', GOOD, LINES),
        ("\ufeff[", "[1,1.0,1],", "[1,1,1]]", JSON),
        ("", '1,1,"1"\n', "1,1,1", CSV),
    ],
    ids=["list", "lines", "lists", "csv"],
)
def test_rows_that_are_read_one_by_one_take_little_more_memory_than_numbers(
    artifact: Artifact, start: str, row: str, end: str, content_type: str
) -> None:
    schema, count = Schema(artifact.manifest), 20_000
    body = (start + row * count + end).encode()
    readers: dict[str, Callable[[], Rows]] = {
        JSON: lambda: JsonReader(schema).read(body)[0],
        LINES: lambda: JsonReader(schema).read_lines(body),
        CSV: lambda: CsvReader(schema).read(body),
    }
    with peak_bytes() as peak:
        rows = readers[content_type]()
    assert rows.shape == (count + 1, 3)
    # The body is there as text, and may be as bytes without its mark or header.
    assert peak() < 2 * rows.nbytes + 3 * len(body)
