"""A longer column that --categories names is judged by what it changes out of fold."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from training.columns import Columns
from training.options import Arguments, ModelOptions
from training.report.wording import why_in_words
from training.train import train

ROWS = 1200
RANDOM = np.random.default_rng(4)
V1 = RANDOM.normal(size=ROWS)
SHOP = RANDOM.integers(0, 60, ROWS)


def metrics_of(tmp_path: Path, label: np.ndarray, columns: Columns, model: str) -> Any:
    frame = pd.DataFrame(
        {
            "V1": V1,
            "shop": [f"s{number}" for number in SHOP],
            "Class": label.astype(int),
        }
    )
    frame.to_csv(tmp_path / "data.csv", index=False)
    options = ModelOptions(boosting_iterations=20, trees=10, network_epochs=3)
    arguments = Arguments(
        columns=columns, model=model, options=options, calibration="none"
    )
    return train(tmp_path / "data.csv", tmp_path / "out", arguments)


@pytest.mark.parametrize("model", ["gradient-boosting", "vote"])
def test_one_that_helps_is_said_to_with_both_figures(
    tmp_path: Path, model: str
) -> None:
    metrics = metrics_of(tmp_path, SHOP < 8, Columns(categories=("shop",)), model)
    found = metrics["long_categories"]
    assert list(found["columns"]) == ["shop"]
    assert found["average_precision"] > found["average_precision_without"] + 0.3
    words = why_in_words(metrics)
    assert "--categories (shop) raises the average precision out of fold" in words
    assert "leave it out" not in words
    assert words.split(" raises")[0] in (tmp_path / "out" / "model_card.md").read_text()


def test_one_that_does_not_help_is_said_to(tmp_path: Path) -> None:
    columns = Columns(categories=("shop",))
    metrics = metrics_of(tmp_path, V1 > 1.3, columns, "gradient-boosting")
    assert "leave it out unless you know better" in why_in_words(metrics)


def test_without_the_option_nothing_is_compared(tmp_path: Path) -> None:
    metrics = metrics_of(tmp_path, SHOP < 8, Columns(), "logistic-regression")
    assert metrics["long_categories"] is None
    assert why_in_words(metrics) == ""
