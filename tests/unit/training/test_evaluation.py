import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.dataset import Dataset
from training.evaluation import ConfusionMatrix, evaluate


def dataset(labels: list[int], weights: list[float] | None = None) -> Dataset:
    return Dataset(
        features=np.zeros((len(labels), 1)),
        labels=np.array(labels, dtype=np.int8),
        weights=None if weights is None else np.array(weights),
        feature_names=("V1",),
        label="Class",
        sha256="",
    )


def test_the_figures_of_a_case_done_by_hand() -> None:
    data = dataset([0, 0, 0, 1, 1])
    metrics = evaluate(data, np.array([0.1, 0.2, 0.8, 0.5, 0.9]), threshold=0.5)
    assert metrics.confusion_matrix == ConfusionMatrix(2, 1, 0, 2)
    assert metrics.alerts == 3
    assert metrics.precision == pytest.approx(2 / 3)
    assert metrics.recall == 1
    assert metrics.f1 == pytest.approx(0.8)
    assert metrics.roc_auc == pytest.approx(5 / 6)
    assert metrics.average_precision == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_the_threshold_itself_is_an_alert() -> None:
    metrics = evaluate(dataset([0, 1]), np.array([0.0, 0.5]), threshold=0.5)
    assert metrics.alerts == 1


def test_no_alert_gives_no_precision_rather_than_an_error() -> None:
    metrics = evaluate(dataset([0, 1]), np.array([0.1, 0.2]), threshold=1.0)
    assert (metrics.alerts, metrics.precision, metrics.f1) == (0, 0, 0)


cases = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 10), st.integers(1, 5)),
    min_size=4,
    max_size=30,
).filter(lambda rows: {label for label, _, _ in rows} == {0, 1})


@given(cases)
def test_a_weight_counts_like_that_many_equal_rows(
    rows: list[tuple[int, int, int]],
) -> None:
    labels, tenths, weights = (list(column) for column in zip(*rows, strict=True))
    probabilities = np.array(tenths) / 10
    weighted = evaluate(dataset(labels, weights), probabilities, 0.45)
    repeated = evaluate(
        dataset(np.repeat(labels, weights).tolist()),
        np.repeat(probabilities, weights),
        0.45,
    )
    assert weighted.confusion_matrix == repeated.confusion_matrix
    for name in ("roc_auc", "average_precision", "precision", "recall", "f1"):
        assert getattr(weighted, name) == pytest.approx(getattr(repeated, name))
