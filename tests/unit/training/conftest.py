from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from training.judging import evaluation

Frame = pd.DataFrame
WriteCsv = Callable[..., Path]


@pytest.fixture(autouse=True)
def few_replicates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals of a hundred replicates, as large tables have, not of a thousand."""
    monkeypatch.setattr(evaluation, "_REPLICATES", (100, 100))


@pytest.fixture
def frame() -> Frame:
    """300 transactions, 30 of them frauds that stand apart in V1."""
    random = np.random.default_rng(7)
    labels = np.repeat([0, 1], [270, 30])
    return pd.DataFrame(
        {
            "Time": np.arange(300.0),
            "V1": random.normal(size=300) + 2.0 * labels,
            "V2": random.normal(size=300),
            "Amount": random.exponential(50, size=300).round(2),
            "Class": labels,
        }
    )


@pytest.fixture
def csv_file(frame: Frame, tmp_path: Path) -> Path:
    path = tmp_path / "transactions.csv"
    frame.to_csv(path, index=False)
    return path
