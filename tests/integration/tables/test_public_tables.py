"""Well-known fraud tables as they come: trained, served, explained, reported.

The vote trains every model of scikit-learn; the rows of the file are the requests.
"""

import asyncio
import csv
import io
import json
from functools import cached_property
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from artifact import layout
from artifact.columns import Kind
from artifact.loading import load_artifact
from operations.batch.input import is_header
from serving import inference
from serving.invocation import Answer, Invocations
from serving.request import Request
from serving.server.asgi import AsgiApplication
from serving.service import Service
from tests.integration.tables.public_tables import QUICK, ROWS, TABLES, make, rows_of
from training.options import Arguments
from training.report.render import chart_library
from training.train import train


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
        self.service = Service(self.directory)
        self.artifact = load_artifact(self.directory)
        self.invocations = Invocations(self.artifact)

    def ask(self, body: str | bytes, content_type: str, attributes: str = "") -> Answer:
        data = body.encode() if isinstance(body, str) else body
        return self.invocations.answer(Request(data, content_type, "", attributes))

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows as JSON has them."""
        return rows_of(self.frame)

    @property
    def inputs(self) -> list[str]:
        return [column.name for column in self.artifact.manifest.inputs]

    def bodies(self) -> dict[str, str]:
        """All rows of the file, as each form of text has them."""
        return {
            "application/json": json.dumps(self.rows),
            "application/jsonlines": "\n".join(map(json.dumps, self.rows)),
            "text/csv": self.frame.to_csv(index=False),
        }


@pytest.fixture(scope="module", params=list(TABLES))
def trained(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Trained:
    return Trained(request.param, tmp_path_factory.mktemp(request.param))


def test_the_rows_of_the_file_are_the_requests(trained: Trained) -> None:
    model = joblib.load(trained.directory / layout.MODEL)
    plain = all(column.is_plain for column in trained.artifact.manifest.inputs)
    frame = trained.frame
    table = frame[trained.inputs].to_numpy(float) if plain else frame
    expected = model.predict_proba(table)[:, 1]
    for form, body in trained.bodies().items():
        answer = trained.ask(body, form)
        assert answer.status == 200, (form, answer.body)
        got = _probabilities(form, answer.body)
        np.testing.assert_allclose(got, expected, atol=1e-6, err_msg=form)
        assert answer.ignored == ROWS * (len(frame.columns) - len(trained.inputs))


def test_both_ways_of_serving_answer_alike(trained: Trained) -> None:
    """The project's server application, and the hooks of AWS's image."""
    application = AsgiApplication(trained.service)
    for form, body in trained.bodies().items():
        expected = trained.ask(body, form).body
        assert asyncio.run(_post(application, body.encode(), form)) == (200, expected)
        # The image hands over text for exactly these two types, else bytes.
        is_text = form in ("application/json", "text/csv")
        given = body if is_text else body.encode()
        answer, _ = inference.transform_fn(trained.service, given, form, form)
        assert answer.encode() == expected


async def _post(
    application: AsgiApplication, body: bytes, form: str
) -> tuple[int, bytes]:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [
        (b"content-type", form.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    path = {"method": "POST", "path": "/invocations", "headers": headers}
    await application({"type": "http", **path}, receive, send)
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent)


def _probabilities(form: str, body: bytes) -> list[float]:
    if form == "text/csv":
        return [float(line) for line in body.split()]
    is_list = form == "application/json"
    items = json.loads(body) if is_list else map(json.loads, body.splitlines())
    return [item["fraud_probability"] for item in items]


def test_one_row_with_only_the_features_has_reasons(trained: Trained) -> None:
    row = {name: trained.rows[3][name] for name in trained.inputs}
    plain = trained.ask(json.dumps(row), "application/json")
    answer = trained.ask(json.dumps(row), "application/json", "explain=3")
    found = json.loads(answer.body)
    assert found["fraud_probability"] == pytest.approx(
        json.loads(plain.body)["fraud_probability"], abs=1e-9
    )
    assert {reason["feature"] for reason in found["reasons"]} <= set(trained.inputs)


def test_a_batch_of_lines_is_scored_as_its_requests(trained: Trained) -> None:
    """A transform job splits JSON Lines, and CSV without its header, where it likes."""
    lines = trained.frame[trained.inputs].to_csv(index=False).splitlines()
    manifest = trained.artifact.manifest
    assert is_header(lines[0].encode(), manifest)
    assert is_header(",".join(trained.frame.columns).encode(), manifest)
    assert not is_header(lines[1].encode(), manifest)
    halves = ["\n".join(lines[1:100]), "\n".join(lines[100:])]
    parts = b"".join(trained.ask(half, "text/csv").body for half in halves)
    whole = trained.ask(trained.bodies()["text/csv"], "text/csv").body
    # Sums of products may differ in the last bit with the size of a batch.
    np.testing.assert_allclose(
        _probabilities("text/csv", parts), _probabilities("text/csv", whole), atol=1e-12
    )


def test_csv_without_a_header_holds_the_models_columns(trained: Trained) -> None:
    text = trained.frame[trained.inputs].to_csv(index=False)
    with_names = trained.ask(text, "text/csv")
    without = trained.ask(text.partition("\n")[2], "text/csv")
    assert without.status == 200, without.body
    assert without.body == with_names.body


def test_lists_hold_the_models_columns(trained: Trained) -> None:
    rows = [[row[name] for name in trained.inputs] for row in trained.rows]
    lines = "\n".join(map(json.dumps, rows))
    bodies = trained.bodies()
    for body, form in [
        (json.dumps(rows), "application/json"),
        (lines, "application/jsonlines"),
    ]:
        answer = trained.ask(body, form)
        assert answer.body == trained.ask(bodies[form], form).body
    one = trained.ask(json.dumps(rows[3]), "application/json", "explain=3")
    named = json.dumps(trained.rows[3])
    assert one.body == trained.ask(named, "application/json", "explain=3").body


def test_an_unknown_name_and_another_kind_are_refused(trained: Trained) -> None:
    row = trained.rows[0]
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
    row = trained.rows[0]
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
    by = {item["by"] for item in trained.metrics["test"]["slices"]}
    categories = [
        c for c in trained.artifact.manifest.inputs if c.kind is Kind.CATEGORY
    ]
    assert {column.name for column in categories[:1]} <= by
    if chart_library() is not None:
        report = (trained.directory / layout.REPORT).read_text()
        assert all(column.name in report for column in categories[:1])


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
