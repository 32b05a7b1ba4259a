"""The models that a vote does not hold learn each of the tables, and are served."""

import json
from pathlib import Path

import joblib
import numpy as np
import pytest

from artifact import layout
from artifact.loading import load_artifact
from serving.invocation import Invocations
from serving.request import Request
from tests.integration.tables.public_tables import QUICK, TABLES, make, rows_of
from training.options import Arguments
from training.train import train


@pytest.mark.parametrize("model", ["logistic-regression", "xgboost"])
@pytest.mark.parametrize("name", TABLES)
def test_a_table_as_it_comes_is_learnt_and_served(
    name: str, model: str, tmp_path: Path
) -> None:
    frame = make(name)
    path = TABLES[name].write(tmp_path, frame)
    arguments = Arguments(
        columns=TABLES[name].columns, model=model, options=QUICK, calibration="none"
    )
    train(path, tmp_path / "out", arguments)
    artifact = load_artifact(tmp_path / "out")
    inputs = artifact.manifest.inputs
    fitted = joblib.load(tmp_path / "out" / layout.MODEL)
    is_plain = all(column.is_plain for column in inputs)
    table = frame[[c.name for c in inputs]].to_numpy(float) if is_plain else frame
    body = json.dumps(rows_of(frame)).encode()
    answer = Invocations(artifact).answer(Request(body, "application/json"))
    assert answer.status == 200, answer.body
    np.testing.assert_allclose(
        [item["fraud_probability"] for item in json.loads(answer.body)],
        fitted.predict_proba(table)[:, 1],
        atol=1e-6,
    )
