"""A transaction without its history is answered, and counted in the log."""

import json
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from artifact.columns import HISTORY, Column, Kind
from artifact.loading import Artifact
from serving.invocation import Answer, Invocations
from serving.request import Request
from serving.request_log import RequestLog

V1, TODAY, LAST = "V1", "card.transactions_today", "shop.seconds_since_last"
KNOWN = {V1: 0.5, TODAY: 2.0, LAST: 60.0}


class TellsWhatIsMissing:
    """A scorer whose answer is 0.5 for a whole row, and more for what it lacks."""

    def predict(self, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return 0.5 + np.isnan(rows) @ [1.0, 0.25, 0.125]

    def predict_one(self, values: tuple[float, ...]) -> float:
        return float(self.predict(np.array([values]))[0])


@pytest.fixture
def invocations(artifact: Artifact) -> Invocations:
    """A model of one feature of its own and the histories of card and shop."""
    features = tuple(
        replace(feature, name=name, dtype="float64")
        for feature, name in zip(artifact.manifest.features, KNOWN, strict=True)
    )
    columns = (
        Column("card", Kind.ENTITY),
        Column(V1, Kind.NUMBER),
        Column(TODAY, Kind.NUMBER, role=HISTORY, can_be_missing=True),
        Column(LAST, Kind.NUMBER, role=HISTORY, can_be_missing=True),
    )
    manifest = replace(artifact.manifest, features=features, columns=columns)
    scorer = TellsWhatIsMissing()
    return Invocations(replace(artifact, manifest=manifest, scorer=scorer))  # type: ignore[arg-type]


def answer_of(invocations: Invocations, body: str, kind: str) -> Answer:
    return invocations.answer(Request(body.encode(), kind, "text/csv"))


@pytest.mark.parametrize(
    ("kind", "body", "probability", "without"),
    [
        ("application/json", json.dumps(KNOWN), 0.5, 0),
        ("application/json", json.dumps({**KNOWN, TODAY: None}), 0.75, 1),
        ("application/json", json.dumps({V1: 0.5, LAST: 60.0}), 0.75, 1),
        ("application/json", '{"card": 7, "V1": 0.5}', 0.875, 1),
        ("application/json", '[{"card": 7, "V1": 0.5}]', 0.875, 1),
        # A list holds the model's columns, as a CSV without a header does.
        ("application/json", "[0.5, 2.0, 60.0]", 0.5, 0),
        ("application/json", "[[0.5, null, 60.0]]", 0.75, 1),
        ("application/jsonlines", "[0.5, null, null]", 0.875, 1),
        ("application/json", '{"instances": [{"V1": 0.5}]}', 0.875, 1),
        ("application/jsonlines", json.dumps({**KNOWN, LAST: None}), 0.625, 1),
        ("application/jsonlines", '{"card": 7, "V1": 0.5}', 0.875, 1),
        ("text/csv", f"{V1},{TODAY},{LAST}\n0.5,2,60", 0.5, 0),
        ("text/csv", "0.5,2,60", 0.5, 0),
        ("text/csv", "0.5,,60", 0.75, 1),
        ("text/csv", "card,V1\n7,0.5", 0.875, 1),
    ],
)
def test_absent_and_null_histories_are_unknown(
    invocations: Invocations, kind: str, body: str, probability: float, without: int
) -> None:
    answer = answer_of(invocations, body, kind)
    assert (answer.status, answer.body) == (200, f"{probability}\n".encode())
    assert answer.without_history == without


def test_the_common_way_counts_as_the_other(invocations: Invocations) -> None:
    body = json.dumps({**KNOWN, TODAY: None}).encode()
    answer = invocations.answer(Request(body, "application/json"))
    assert json.loads(answer.body) == {"fraud_probability": 0.75}
    assert answer.without_history == 1


def test_a_feature_of_the_transaction_itself_may_not_be_absent(
    invocations: Invocations,
) -> None:
    for body in ("{}", json.dumps({TODAY: 1.0})):
        answer = invocations.answer(Request(body.encode(), "application/json"))
        assert answer.status == 400
        assert json.loads(answer.body)["error"]["field"] == V1


def test_a_batch_counts_each_row_and_the_columns_that_are_ignored(
    invocations: Invocations,
) -> None:
    body = json.dumps([KNOWN, {"card": 7, "V1": 0.5}, {**KNOWN, LAST: None}])
    answer = answer_of(invocations, body, "application/json")
    assert (answer.rows, answer.without_history, answer.ignored) == (3, 2, 1)


def test_the_log_says_how_many(
    invocations: Invocations, capsys: pytest.CaptureFixture[str]
) -> None:
    log = RequestLog()
    for body in (KNOWN, {V1: 0.5}):
        answer = answer_of(invocations, json.dumps(body), "application/json")
        log.write("a", answer, 0.001)
    log.flush()
    whole, raw = map(json.loads, capsys.readouterr().out.splitlines())
    assert "rows_without_history" not in whole
    assert raw["rows_without_history"] == 1
