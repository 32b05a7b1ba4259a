"""Well-known fraud tables as they come: trained, served, explained, reported.

The vote trains every model of scikit-learn; the rows of the file are the requests.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

from artifact import layout
from artifact.columns import Kind
from artifact.loading import load_artifact
from serving.invocation import Answer, Invocations
from serving.request import Request
from tests.integration.tables.public_tables import ROWS, TABLES, make
from training.options import Arguments, ModelOptions
from training.train import train

QUICK = ModelOptions(boosting_iterations=20, trees=10, network_epochs=3)


class Trained:
    """One table's artifact, and its rows."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.frame = make(name)
        path = TABLES[name].write(folder, self.frame)
        self.directory = folder / "out"
        self.metrics = train(
            path,
            self.directory,
            Arguments(columns=TABLES[name].columns, model="vote", options=QUICK),
        )
        self.artifact = load_artifact(self.directory)
        self.invocations = Invocations(self.artifact)

    def ask(self, body: str | bytes, content_type: str, attributes: str = "") -> Answer:
        data = body.encode() if isinstance(body, str) else body
        return self.invocations.answer(Request(data, content_type, "", attributes))

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows as JSON has them."""
        return [
            {str(name): _json_value(value) for name, value in row.items()}
            for row in self.frame.to_dict("records")
        ]


def _json_value(value: Any) -> Any:
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, (str, bool, int, float)) else float(value)


@pytest.fixture(scope="module", params=list(TABLES))
def trained(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Trained:
    return Trained(request.param, tmp_path_factory.mktemp(request.param))


def test_the_rows_of_the_file_are_the_requests(trained: Trained) -> None:
    model = joblib.load(trained.directory / layout.MODEL)
    inputs = [column.name for column in trained.artifact.manifest.inputs]
    plain = all(column.is_plain for column in trained.artifact.manifest.inputs)
    table = trained.frame[inputs].to_numpy(float) if plain else trained.frame
    expected = model.predict_proba(table)[:, 1]
    rows = trained.rows()
    answers = {
        "json": trained.ask(json.dumps(rows), "application/json"),
        "lines": trained.ask("\n".join(map(json.dumps, rows)), "application/jsonlines"),
        "csv": trained.ask(trained.frame.to_csv(index=False), "text/csv"),
    }
    for form, answer in answers.items():
        assert answer.status == 200, (form, answer.body)
        got = _probabilities(form, answer.body)
        np.testing.assert_allclose(got, expected, atol=1e-6, err_msg=form)
        assert answer.ignored == ROWS * (len(trained.frame.columns) - len(inputs))


def _probabilities(form: str, body: bytes) -> list[float]:
    if form == "csv":
        return [float(line) for line in body.split()]
    items = json.loads(body) if form == "json" else map(json.loads, body.splitlines())
    return [item["fraud_probability"] for item in items]


def test_one_row_with_only_the_features_has_reasons(trained: Trained) -> None:
    inputs = [column.name for column in trained.artifact.manifest.inputs]
    row = {name: trained.rows()[3][name] for name in inputs}
    plain = trained.ask(json.dumps(row), "application/json")
    answer = trained.ask(json.dumps(row), "application/json", "explain=3")
    found = json.loads(answer.body)
    assert found["fraud_probability"] == pytest.approx(
        json.loads(plain.body)["fraud_probability"], abs=1e-9
    )
    assert {reason["feature"] for reason in found["reasons"]} <= set(inputs)


def test_csv_without_a_header_holds_the_models_columns(trained: Trained) -> None:
    inputs = [column.name for column in trained.artifact.manifest.inputs]
    text = trained.frame[inputs].to_csv(index=False)
    with_names = trained.ask(text, "text/csv")
    without = trained.ask(text.partition("\n")[2], "text/csv")
    assert without.status == 200, without.body
    assert without.body == with_names.body


def test_an_unknown_name_and_another_kind_are_refused(trained: Trained) -> None:
    row = trained.rows()[0]
    answer = trained.ask(json.dumps({**row, "never_seen": 1}), "application/json")
    assert json.loads(answer.body)["error"]["code"] == "unknown_field"
    for column in trained.artifact.manifest.inputs:
        bad = {**row, column.name: ["4929123412341234"]}
        answer = trained.ask(json.dumps(bad), "application/json")
        assert answer.status == 400
        assert b"4929" not in answer.body
        if column.kind is not Kind.CATEGORY:
            answer = trained.ask(
                json.dumps({**row, column.name: "4929123412341234x"}),
                "application/json",
            )
            error = json.loads(answer.body)["error"]
            assert (error["field"], error["code"]) == (column.name, "wrong_type")
            assert b"4929" not in answer.body


def test_an_unseen_category_is_answered_and_counted(trained: Trained) -> None:
    row = trained.rows()[0]
    for column in trained.artifact.manifest.inputs:
        if column.kind is Kind.CATEGORY and not column.is_boolean:
            before = trained.ask(json.dumps(row), "application/json")
            answer = trained.ask(
                json.dumps({**row, column.name: "of another world"}), "application/json"
            )
            assert answer.status == 200
            assert answer.outside >= max(1, before.outside)


def test_the_documents_are_written(trained: Trained) -> None:
    assert trained.metrics["test"]["average_precision"] > 0
    kinds = {item["name"]: item["kind"] for item in trained.metrics["data"]["columns"]}
    assert set(kinds) == set(trained.frame.columns)
    assert (trained.directory / layout.MODEL_CARD).is_file()


EXPECTED_KINDS = {
    "paysim": {"type": "category", "nameOrig": "entity", "step": "timestamp"},
    "banksim": {"customer": "entity", "zipcodeOri": "constant", "age": "category"},
    "ieee-cis": {
        "TransactionID": "entity",
        "card1": "entity",
        "id_01": "number",
        "ProductCD": "category",
        "M1": "category",
        "dist2": "empty",
    },
    "sparkov": {
        "cc_num": "entity",
        "merchant": "entity",
        "job": "entity",
        "category": "category",
        "dob": "timestamp",
        "trans_date_trans_time": "dropped",
    },
    "handbook": {"CUSTOMER_ID": "entity", "TERMINAL_ID": "entity"},
    "account-fraud": {"device_fraud_count": "constant", "device_os": "category"},
    "openml": {"Time": "number", "Class": "label"},
    "lake": {"dt": "timestamp", "amount": "number", "is_recurring": "category"},
    "fraud-detector": {
        "ENTITY_TYPE": "constant",
        "ip_address": "entity",
        "EVENT_TIMESTAMP": "timestamp",
        "payment_currency": "category",
    },
}


def test_columns_are_what_their_owner_would_say(trained: Trained) -> None:
    kinds = {c.name: str(c.kind) for c in trained.artifact.manifest.columns}
    expected = EXPECTED_KINDS[trained.name]
    assert {name: kinds[name] for name in expected} == expected


LEAKS = {
    "paysim": ["isFlaggedFraud"],
    "handbook": ["TX_FRAUD_SCENARIO"],
    "fraud-detector": ["LABEL_TIMESTAMP"],
}


def test_what_leaks_is_named(trained: Trained) -> None:
    said = " ".join(trained.metrics["data"]["warnings"])
    for name in LEAKS.get(trained.name, ()):
        assert name in said


def test_csv_cells_may_hold_commas_and_quotes() -> None:
    """The generators hold such cells, or the tests above would prove little."""
    text = make("sparkov").to_csv(index=False)
    assert any(
        "," in cell for cell in next(csv.reader(io.StringIO(text.split("\n")[1])))
    )
