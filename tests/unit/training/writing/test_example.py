"""``example.json``: a typical transaction in the columns of its owner."""

import json
from pathlib import Path

import pandas as pd
import pytest

from artifact import layout
from artifact.columns import HISTORY, Column, Kind
from artifact.loading import load_artifact
from artifact.timestamps import FORMS, seconds_of_text
from artifact.value_encoders import encoder
from training.train import main
from training.writing.example import example_transaction, typical_value

NOON_SECONDS = 1_767_268_800.0  # 2026-01-01T12:00:00Z


def timestamp(form: str) -> Column:
    return Column("at", Kind.TIMESTAMP, time_format=form)


@pytest.mark.parametrize("form", ["iso", *FORMS])
def test_a_time_is_written_in_the_form_of_its_column(form: str) -> None:
    column = timestamp(form)
    text = typical_value(column, NOON_SECONDS)
    assert isinstance(text, str)
    midnight = NOON_SECONDS - 12 * 3600
    assert seconds_of_text(text, form) in (NOON_SECONDS, midnight)
    assert encoder(column)(text) in (NOON_SECONDS, midnight)
    assert ("T" in text) == (form == "iso") or "%a" in form or "UTC" in text


@pytest.mark.parametrize(("form", "value"), [("ms", 1_767_268_800_000), ("s", 90)])
def test_a_time_in_numbers_keeps_its_unit(form: str, value: float) -> None:
    seconds = value / 1000 if form == "ms" else value
    assert typical_value(timestamp(form), seconds) == pytest.approx(value)


def test_it_follows_the_table_and_leaves_out_what_is_computed_or_unknown() -> None:
    table = [
        Column("is_fraud", Kind.LABEL),
        Column("amount", Kind.NUMBER),
        Column("card", Kind.ENTITY),
        Column("shop", Kind.ENTITY),
        Column("pieces", Kind.NUMBER),
        Column("card: amount in 7 days", Kind.NUMBER, role=HISTORY),
    ]
    row = {"pieces": 2.0, "amount": 19.48, "card: amount in 7 days": 3.0}
    example = example_transaction(table, row, {"card"})
    assert list(example.items()) == [
        ("amount", 19.48),
        ("card", "example card"),
        ("pieces", 2),
    ]
    assert isinstance(example["pieces"], int)


def test_training_writes_it_and_the_model_takes_it(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    names = {"Time": "paid_at", "V1": "risk", "V2": "noise", "Amount": "amount"}
    own = frame.rename(columns={**names, "Class": "is_fraud"})
    own["paid_at"] = pd.Series(
        pd.to_datetime(own["paid_at"] * 600, unit="s", origin="2026-01-01")
    ).dt.strftime("%d/%m/%Y %H:%M")
    own["channel"] = ["web", "web", "pos"] * 100
    own.to_csv(tmp_path / "mine.csv", index=False)
    paths = ["--data", str(tmp_path / "mine.csv"), "--model-dir", str(tmp_path / "out")]
    columns = ["--label-column", "is_fraud", "--time-column", "paid_at"]
    assert main([*paths, *columns, "--amount-column", "amount"]) == 0
    example = json.loads((tmp_path / "out" / layout.EXAMPLE).read_text())
    assert list(example) == ["paid_at", "risk", "noise", "amount", "channel"]
    assert example["channel"] == "web"
    assert example["paid_at"].startswith("02/01/2026 ")
    manifest = load_artifact(tmp_path / "out").manifest
    assert layout.EXAMPLE in manifest.files
    assert manifest.self_test.row == example
