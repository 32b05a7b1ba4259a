"""What a body of transactions is answered with, form by form."""

import io
import json
from typing import Any

import numpy as np
import pytest

from artifact.loading import Artifact
from serving.invocation import Answer, Invocations
from serving.request import Request

Row = dict[str, float]
ROWS: list[Row] = [
    {"Hour": 1, "V1": 2.5, "Amount": 10},
    {"Amount": 3.25, "Hour": 22, "V1": -0.5},
    {"V1": 0.0, "Hour": 13.0, "Amount": 99.99},
]


@pytest.fixture
def probabilities(artifact: Artifact) -> list[float]:
    rows = np.array([[r["Hour"], r["V1"], r["Amount"]] for r in ROWS])
    return [float(p) for p in artifact.scorer.predict(rows)]


def json_lines(rows: list[Row]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def csv(rows: list[Row], names: tuple[str, ...], *, header: bool) -> bytes:
    lines = [",".join(names)] if header else []
    lines += [",".join(repr(row[name]) for name in names) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def results(answer: Answer) -> list[float]:
    assert answer.status == 200, answer.body
    return [item["fraud_probability"] for item in json.loads(answer.body)]


def test_a_list_gives_one_result_per_row_in_order(
    invocations: Invocations, probabilities: list[float]
) -> None:
    answer = invocations.answer(Request(json.dumps(ROWS).encode(), "application/json"))
    assert results(answer) == pytest.approx(probabilities)


def test_instances_give_predictions(
    invocations: Invocations, probabilities: list[float]
) -> None:
    answer = invocations.answer(Request(json.dumps({"instances": ROWS}).encode()))
    predictions = json.loads(answer.body)["predictions"]
    assert [p["fraud_probability"] for p in predictions] == pytest.approx(probabilities)


@pytest.mark.parametrize(
    "content_type",
    ["application/jsonlines", "application/x-jsonlines", "application/x-ndjson"],
)
def test_json_lines_give_json_lines(
    invocations: Invocations, probabilities: list[float], content_type: str
) -> None:
    answer = invocations.answer(Request(json_lines(ROWS), content_type))
    assert answer.media_type == "application/jsonlines"
    lines = [json.loads(line) for line in answer.body.splitlines()]
    assert [p["fraud_probability"] for p in lines] == pytest.approx(probabilities)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_json_lines_may_end_with_or_without_a_line_end(
    invocations: Invocations, end: bytes
) -> None:
    body = json_lines(ROWS).strip().replace(b"\n", b"\r\n" if b"\r" in end else b"\n")
    answer = invocations.answer(Request(body + end, "application/jsonlines"))
    assert answer.rows == 3


@pytest.mark.parametrize(
    "body",
    [
        csv(ROWS, ("Hour", "V1", "Amount"), header=False),
        csv(ROWS, ("Hour", "V1", "Amount"), header=True),
        csv(ROWS, ("Amount", "Hour", "V1"), header=True),
        csv(ROWS, ("V1", "Amount", "Hour"), header=True).replace(b"\n", b"\r\n"),
        (
            b'\xef\xbb\xbf"Hour", "V1", "Amount"\n'
            b'"1","2.5","10"\n22,-.5,3.25\n13.,+0,99.99'
        ),
    ],
    ids=["no-header", "header", "another-order", "crlf", "quotes-and-bom"],
)
def test_csv_gives_one_probability_a_line(
    invocations: Invocations, probabilities: list[float], body: bytes
) -> None:
    answer = invocations.answer(Request(body, "text/csv"))
    assert answer.media_type == "text/csv"
    got = [float(line) for line in answer.body.decode().splitlines()]
    assert got == pytest.approx(probabilities)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_gives_json(
    invocations: Invocations, artifact: Artifact, dtype: Any, order: Any
) -> None:
    rows = np.array([[1, 2, 10], [22, -1, 3], [13, 0, 99]], dtype, order=order)
    body = io.BytesIO()
    np.save(body, rows)
    answer = invocations.answer(Request(body.getvalue(), "application/x-npy"))
    assert results(answer) == pytest.approx(
        artifact.scorer.predict(rows.astype(np.float64))
    )


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv", "text/csv"),
        ("application/jsonlines", "application/jsonlines"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/csv"),
        ("application/*;q=0.1, text/csv", "text/csv"),
        ("image/png, application/json;q=0.5", "application/json"),
        ("text/csv;q=0, application/jsonlines", "application/jsonlines"),
    ],
)
def test_accept_chooses_the_form_of_the_answer(
    invocations: Invocations, row: Row, accept: str, media_type: str
) -> None:
    answer = invocations.answer(
        Request(json.dumps(row).encode(), "application/json", accept)
    )
    assert answer.status == 200
    assert answer.media_type == media_type


def test_an_accept_that_nothing_meets_is_406(
    invocations: Invocations, row: Row
) -> None:
    answer = invocations.answer(Request(json.dumps(row).encode(), "", "image/png"))
    assert answer.status == 406


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "json", "application/json; charset=utf-16"],
)
def test_another_content_type_is_415(
    invocations: Invocations, row: Row, content_type: str
) -> None:
    answer = invocations.answer(Request(json.dumps(row).encode(), content_type))
    assert answer.status == 415


@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8"],
)
def test_parameters_and_case_of_the_content_type_do_not_matter(
    invocations: Invocations, row: Row, content_type: str
) -> None:
    assert (
        invocations.answer(Request(json.dumps(row).encode(), content_type)).status
        == 200
    )


def test_values_outside_the_training_range_are_answered_and_counted(
    invocations: Invocations,
) -> None:
    rows = [{"Hour": 12, "V1": 9, "Amount": -5}, {"Hour": 12, "V1": 0, "Amount": 5}]
    answer = invocations.answer(Request(json.dumps(rows).encode()))
    assert (answer.status, answer.outside) == (200, 2)
