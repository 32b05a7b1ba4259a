"""Which features carry the average precision, at a bounded cost."""

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest

from artifact.columns import Column, Kind
from training.columns import Columns
from training.data.dataset import Dataset
from training.experiment import Trained
from training.report import importance as module
from training.report.importance import importance

Floats = npt.NDArray[np.float64]


class Sums:
    """A classifier that looks at two features, and counts what it is asked."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def predict_proba(self, rows: Floats) -> Floats:
        self.calls.append(len(rows))
        p = 1 / (1 + np.exp(-3 * rows[:, 1] - rows[:, 3]))
        return np.column_stack([1 - p, p])


def dataset_of(rows: int, width: int, frauds: float) -> Dataset:
    random = np.random.default_rng(0)
    features = random.normal(size=(rows, width))
    chance = features[:, 1] + 0.3 * features[:, 3] + 0.3 * random.normal(size=rows)
    labels = (chance > np.quantile(chance, 1 - frauds)).astype(np.int8)
    names = tuple(f"V{i}" for i in range(width))
    return Dataset(
        features=features,
        labels=labels,
        weights=None,
        feature_names=names,
        columns=Columns(),
        sha256="",
        table=tuple(Column(name, Kind.NUMBER) for name in names),
    )


def drawn(test: Dataset) -> tuple[list[dict[str, Any]], list[int]]:
    classifier = Sums()
    model = cast("Trained", type("Model", (), {"classifier": classifier}))
    return importance(test, model, 0), classifier.calls


def test_features_that_carry_it_come_first_and_others_lose_nothing() -> None:
    losses, _ = drawn(dataset_of(3000, 8, 0.1))
    assert [item["feature"] for item in losses[:2]] == ["V1", "V3"]
    assert losses[0]["loss"] > losses[1]["loss"] > 0
    assert {item["loss"] for item in losses[2:]} == {0.0}


def test_features_are_shuffled_together_as_they_would_be_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    test = dataset_of(500, 6, 0.1)
    together, calls = drawn(test)
    assert len(calls) == 2
    monkeypatch.setattr(module, "_VALUES_A_CALL", 1)
    alone, calls = drawn(test)
    assert len(calls) == 7
    assert alone == together


def test_of_many_features_each_is_shuffled_among_fewer_rows() -> None:
    _, calls = drawn(dataset_of(12_000, 400, 0.5))
    assert calls[0] == 1000
    assert sum(calls) == 401 * 1000
    losses, calls = drawn(dataset_of(12_000, 30, 0.5))
    assert calls[0] == 4000
    assert losses[0]["feature"] == "V1"
