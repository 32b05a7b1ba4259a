"""Elliptic's two files become one table by the join that docs/training.md shows."""

import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from training.command_line import parser, to_arguments
from training.train import train

DOCUMENT = Path(__file__).parents[3] / "docs" / "training.md"
ROWS = 400


def test_the_documented_join_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(5)
    illicit = random.random(ROWS) < 0.2
    classes = np.where(illicit, "1", "2").astype(object)
    classes[random.random(ROWS) < 0.4] = "unknown"
    features = pd.DataFrame(random.normal(size=(ROWS, 165)))
    features[3] += 8 * illicit
    features.insert(0, "step", np.sort(random.integers(1, 50, ROWS)))
    features.insert(0, "txId", random.permutation(ROWS) + 230_000_000)
    features.to_csv("elliptic_txs_features.csv", header=False, index=False)
    pd.DataFrame({"txId": features["txId"], "class": classes}).sample(
        frac=1, random_state=1
    ).to_csv("elliptic_txs_classes.csv", index=False)

    text = DOCUMENT.read_text()
    section = text[text.index("### A set in two files") :]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    command = re.search(r"    fraud train .*?\n\n", section, re.DOTALL)
    assert code
    assert command
    exec(compile(code[1], str(DOCUMENT), "exec"), {})
    words = shlex.split(command[0].replace("\\\n", " "))
    options = parser().parse_args([*words[2:], "--calibration", "none"])
    metrics = train(options.data, options.model_dir, to_arguments(options))

    known = int((classes != "unknown").sum())
    assert metrics["split"]["train_rows"] + metrics["split"]["test_rows"] == known
    kinds = {item["name"]: item["kind"] for item in metrics["data"]["columns"]}
    assert (kinds["txId"], kinds["step"], kinds["feature_5"]) == (
        *("entity", "timestamp", "number"),
    )
    assert len(kinds) == 168
    assert metrics["test"]["average_precision"] > 0.5
