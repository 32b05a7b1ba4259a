"""A request may be a whole row of the training table; only the features are read."""

import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from artifact.columns import Column, Kind
from artifact.loading import Artifact
from serving.formats.media_types import CSV, JSON, JSON_LINES, NPY
from serving.invocation import Answer, Invocations
from serving.request import Request
from serving.request_log import RequestLog

SECRET = "4929123412341234"
FEATURES = {"when": "2026-01-31T12:00:00Z", "amount": 12.5, "channel": "web"}
OTHERS = {"card": SECRET, "": 7, "tags": [{"a": [1, "]}"]}, {}], "Class": 0}


class Tells:
    """A scorer whose answer is the channel's code."""

    def predict(self, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(rows[:, 2] / 10)

    def predict_one(self, values: tuple[float, ...]) -> float:
        return values[2] / 10


def invocations_of(artifact: Artifact, columns: tuple[Column, ...]) -> Invocations:
    inputs = [column.name for column in columns if column.kind.is_input]
    features = tuple(
        replace(feature, name=name, dtype="float64", quantiles={0.0: 0, 0.5: 1, 1.0: 9})
        for feature, name in zip(artifact.manifest.features, inputs, strict=True)
    )
    manifest = replace(artifact.manifest, features=features, columns=columns)
    return Invocations(replace(artifact, manifest=manifest, scorer=Tells()))  # type: ignore[arg-type]


@pytest.fixture
def invocations(artifact: Artifact) -> Invocations:
    return invocations_of(
        artifact,
        (
            Column("", Kind.UNNAMED),
            Column("when", Kind.TIMESTAMP, time_format="iso"),
            Column("card", Kind.ENTITY),
            Column("amount", Kind.NUMBER, unit="$"),
            Column("tags", Kind.DROPPED),
            Column("channel", Kind.CATEGORY, categories=("app", "web")),
            Column("Class", Kind.LABEL),
        ),
    )


def ask(invocations: Invocations, body: bytes | str, form: str = JSON) -> Answer:
    data = body.encode() if isinstance(body, str) else body
    return invocations.answer(Request(data, form))


@pytest.mark.parametrize(
    ("form", "body"),
    [
        (JSON, json.dumps({**FEATURES, **OTHERS})),
        (JSON, json.dumps([{**OTHERS, **FEATURES}])),
        (JSON, json.dumps({"instances": [{**OTHERS, **FEATURES}]})),
        (JSON_LINES, json.dumps({**OTHERS, **FEATURES})),
        (
            CSV,
            f'card,,when,amount,channel,tags,Class\n{SECRET},7,2026-01-31,$3,web,"[1,2]",0',
        ),
    ],
)
def test_they_are_counted_and_never_logged(
    invocations: Invocations, form: str, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = ask(invocations, body, form)
    assert answer.status == 200, answer.body
    assert answer.ignored == 4
    log = RequestLog()
    log.write("a", answer, 0.001)
    log.flush()
    line = capsys.readouterr().out
    assert json.loads(line)["ignored_fields"] == 4
    assert SECRET not in line + answer.body.decode()


def test_an_index_may_have_the_name_that_pandas_gives_it(
    invocations: Invocations,
) -> None:
    answer = ask(invocations, json.dumps({**FEATURES, "Unnamed: 0": 3}))
    assert (answer.status, answer.ignored) == (200, 1)
    assert ask(invocations, json.dumps({**FEATURES, "Unnamed: 1": 3})).status == 400


@pytest.mark.parametrize("form", [JSON, JSON_LINES, CSV])
def test_a_name_that_training_never_saw_is_refused(
    invocations: Invocations, form: str
) -> None:
    row = {**FEATURES, "never_seen": SECRET}
    body = json.dumps(row)
    if form == CSV:
        body = ",".join(row) + "\n" + ",".join(map(str, row.values()))
    answer = ask(invocations, body, form)
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (400, "unknown_field")
    assert error["field"] == "never_seen"
    assert SECRET.encode() not in answer.body


@pytest.mark.parametrize(
    "value", ["[1, 2", '{"a": 1]', "[1 x]", '{"a"', "[nan]", "]", "{,}x"]
)
def test_what_is_ignored_must_still_be_json(
    invocations: Invocations, value: str
) -> None:
    body = f'{{"tags": {value}, {json.dumps(FEATURES)[1:]}'
    answer = ask(invocations, body)
    assert (answer.status, answer.ignored) == (400, 0)


def test_deep_nesting_of_what_is_ignored_needs_no_recursion(
    invocations: Invocations,
) -> None:
    nested = "[" * 50_000 + "]" * 50_000
    answer = ask(invocations, f'{{"tags": {nested}, {json.dumps(FEATURES)[1:]}')
    assert answer.status == 200


def test_csv_without_a_header_holds_the_features_in_their_order(
    invocations: Invocations,
) -> None:
    answer = ask(invocations, "2026-01-31,12.5,web\n2026-01-31,$12.5,app\n", CSV)
    assert (answer.status, answer.body) == (200, b"0.1\n0.0\n")
    assert ask(invocations, "web,12.5,2026-01-31\n", CSV).status == 400


def test_text_refuses_arrays_by_name(invocations: Invocations) -> None:
    answer = ask(invocations, array([[1.0, 2.0, 3.0]]), NPY)
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["field"]) == (415, "when")
    assert "JSON" in error["expected"]


def test_arrays_hold_the_features_of_a_table_of_numbers(artifact: Artifact) -> None:
    columns = (
        Column("seconds", Kind.TIMESTAMP, time_format="ms"),
        Column("card", Kind.ENTITY),
        Column("a", Kind.NUMBER),
        Column("b", Kind.NUMBER, missing_codes=(-1.0,), can_be_missing=True),
    )
    invocations = invocations_of(artifact, columns)
    answer = ask(invocations, array([[1_700_000_000_000.0, 2.0, 3.0]]), NPY)
    assert json.loads(answer.body) == [{"fraud_probability": 0.3}]
    assert (
        ask(invocations, array([[1_700_000_000_000.0, np.nan, 3.0]]), NPY).status == 400
    )


def array(rows: Any) -> bytes:
    written = io.BytesIO()
    np.save(written, np.array(rows))
    return written.getvalue()
