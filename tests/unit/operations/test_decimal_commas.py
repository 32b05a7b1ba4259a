"""A row of a table with decimal commas means one amount to all who read it."""

import json
from pathlib import Path

import pytest

from artifact.decision import ExpectedValueRule, parse_decision_rule
from artifact.errors import ArtifactError
from artifact.history.definition import HistoryDefinition, parse_definition
from artifact.manifest import Feature, Manifest, SelfTest, TrainingData
from operations.account.errors import OperationError
from operations.batch.conversion import converted
from operations.history.event import read_event
from operations.history.table import HistoryTable
from operations.score.transactions import read_transactions
from serving.errors import RequestError
from serving.formats.schema import Schema
from training.columns import Columns
from training.data.dataset import Dataset
from training.data.reading import read_dataset

COLUMNS = Columns(label="verdict", time="at", amount="betrag")


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    path = tmp_path / "training.csv"
    rows = "".join(
        f"{i % 28 + 1:02}.03.2026 00:04;{i},{i % 90 + 10};"
        f"{'fraud' if i % 8 == 0 else 'legit'}\n"
        for i in range(100)
    )
    path.write_text(f"at;betrag;verdict\n{rows}")
    return read_dataset(path, COLUMNS)


def manifest_of(data: Dataset) -> Manifest:
    feature = Feature("betrag", "float64", {0.0: 0.0, 0.5: 0.5, 1.0: 1.0})
    facts, test = TrainingData("0" * 64, 4, 2), SelfTest({"betrag": 1.0}, 0.5)
    return Manifest({}, (feature,), "x", {}, facts, test, columns=data.table)


def schema_of(data: Dataset) -> Schema:
    return Schema(manifest_of(data))


def rule_of(data: Dataset, review_cost: float) -> ExpectedValueRule:
    rule = ExpectedValueRule(review_cost, amount="betrag", amount_form=data.amount_form)
    stored = parse_decision_rule(json.dumps(rule.as_dict()))
    assert isinstance(stored, ExpectedValueRule)
    return stored


def test_a_file_of_semicolons_is_one_amount_to_model_rule_and_history(
    tmp_path: Path, data: Dataset
) -> None:
    path = tmp_path / "new.csv"
    path.write_text("at;betrag\n02.04.2026 10:00;812,40\n")
    (row,) = read_transactions(str(path)).rows
    schema = schema_of(data)
    assert schema.encoded(row["betrag"], 1, 0) == 812.4
    assert schema.encoded_cell(row["betrag"], 1, 0) == 812.4
    assert rule_of(data, 8.12).is_alert(0.01, row)
    assert not rule_of(data, 8.13).is_alert(0.01, row)
    (when,) = (column for column in data.table if column.name == "at")
    definition = HistoryDefinition(
        ("card",),
        "at",
        "betrag",
        time_format=when.time_format,
        amount_form=data.amount_form,
    )
    stored = parse_definition(json.loads(json.dumps(definition.as_dict())))
    event = read_event(row, HistoryTable("t", b"k", stored, None))
    assert (event.minor, event.amount) == (81_240, 812.4)


@pytest.mark.parametrize("amount", ["812.40", "1,358.00"])
def test_an_amount_of_decimal_points_is_refused(data: Dataset, amount: str) -> None:
    with pytest.raises(RequestError):
        schema_of(data).encoded(amount, 1, 0)
    with pytest.raises(ArtifactError):
        rule_of(data, 8.0).is_alert(0.01, {"betrag": amount})


def test_a_batch_job_gets_the_models_columns_of_a_persons_table(
    tmp_path: Path, data: Dataset
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("at;betrag;verdict\n02.04.2026 10:00;812,40;legit\n;7;fraud\n")
    assert converted(str(path), manifest_of(data)) == (b'"812,40"\n7\n', ".csv")
    path.write_text('[{"betrag": 7, "at": null}, {"betrag": "8,5"}]')
    body, suffix = converted(str(path), manifest_of(data))
    assert suffix == ".jsonl"
    assert [json.loads(line) for line in body.splitlines()] == [
        {"betrag": 7, "at": None},
        {"betrag": "8,5"},
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("at;verdict\n02.04.2026 10:00;legit\n", "found no betrag; add it"),
        ("at;betrag\n;7\n;4111x\n", "orders.csv, row 2, field betrag: expected"),
        ('[{"betrag": 7}, {"betrag": true}]', "row 2, field betrag: expected"),
    ],
)
def test_what_a_batch_job_would_refuse_is_refused_before_it_is_uploaded(
    tmp_path: Path, data: Dataset, text: str, said: str
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text)
    with pytest.raises(OperationError) as raised:
        converted(str(path), manifest_of(data))
    assert said in str(raised.value)
    assert "4111" not in str(raised.value)
