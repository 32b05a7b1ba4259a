"""Null for a feature that never lacked a value: refused, or answered and counted."""

import json
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest

from artifact import layout
from artifact.loading import load_artifact
from serving.invocation import Invocations
from serving.request import Request
from serving.request_log import RequestLog
from tests.integration.tables.public_tables import QUICK
from training.columns import Columns
from training.options import Arguments
from training.train import train

ROWS = 300
FRAME = pd.DataFrame(
    {
        "Amount": np.arange(ROWS) % 91 + 0.5,
        "V1": np.arange(ROWS) * 7 % 31 / 3,
        "gaps": [None if i % 4 == 0 else i % 13 / 2 for i in range(ROWS)],
        "channel": ["web", "app", "pos"] * (ROWS // 3),
        "card_id": [f"c{i}" for i in range(ROWS)],
        "Class": (np.arange(ROWS) % 91 > 80).astype(int),
    }
)
ROW = {"Amount": 12.5, "V1": 1.0, "gaps": None, "channel": "web"}


def trained(folder: Path, model: str, *, answer_missing: bool) -> Path:
    FRAME.to_csv(folder / "data.csv", index=False)
    columns = Columns(answer_missing=answer_missing)
    arguments = Arguments(
        columns=columns, model=model, options=QUICK, calibration="none"
    )
    train(folder / "data.csv", folder / "out", arguments)
    return folder / "out"


@pytest.mark.parametrize("model", ["vote", "xgboost", "logistic-regression"])
def test_it_is_answered_as_the_model_does_and_counted(
    tmp_path: Path, model: str
) -> None:
    directory = trained(tmp_path, model, answer_missing=True)
    rows = [ROW, {**ROW, "V1": None}, {**ROW, "V1": None, "channel": None}]
    fitted = joblib.load(directory / layout.MODEL)
    expected = fitted.predict_proba(pd.DataFrame(rows))[:, 1]
    invocations = Invocations(load_artifact(directory))
    for row, probability, count in zip(rows, expected, (0, 1, 2), strict=True):
        answer = invocations.answer(
            Request(json.dumps(row).encode(), "application/json")
        )
        assert answer.status == 200, answer.body
        got = json.loads(answer.body)["fraud_probability"]
        assert got == pytest.approx(probability, abs=1e-6)
        assert answer.missing == count
    for form, body in (
        ("application/json", json.dumps(rows)),
        ("text/csv", "V1,channel,Amount,gaps\n,web,3,\n,,3,1\n1,web,3,\n"),
    ):
        answer = invocations.answer(Request(body.encode(), form))
        assert (answer.status, answer.missing) == (200, 3)


def test_without_the_option_it_is_refused_by_name(tmp_path: Path) -> None:
    directory = trained(tmp_path, "logistic-regression", answer_missing=False)
    invocations = Invocations(load_artifact(directory))
    assert invocations.answer(Request(json.dumps(ROW).encode())).status == 200
    answer = invocations.answer(Request(json.dumps({**ROW, "V1": None}).encode()))
    assert answer.status == 400
    error = json.loads(answer.body)["error"]
    assert (error["field"], error["expected"]) == ("V1", "a number")


def test_the_log_counts_and_shows_no_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = trained(tmp_path, "logistic-regression", answer_missing=True)
    row = {**ROW, "V1": None, "card_id": "4929123412341234", "Class": 0}
    request = Request(json.dumps(row).encode())
    answer = Invocations(load_artifact(directory)).answer(request)
    log = RequestLog()
    log.write("a", answer, 0.001)
    log.flush()
    line = capsys.readouterr().out.splitlines()[-1]
    found = json.loads(line)
    assert (found["values_newly_missing"], found["ignored_fields"]) == (1, 2)
    assert "4929" not in line
