import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.arguments import MODEL_NAMES
from training.dataset import Dataset
from training.models import MODELS, fit, logistic_regression


def dataset(seed: int, weights: list[int] | None = None) -> Dataset:
    random = np.random.default_rng(seed)
    labels = (np.arange(60) % 4 == 0).astype(np.int8)
    features = random.normal(size=(60, 3)) + labels[:, None]
    weighting = None if weights is None else np.array(weights, dtype=float)
    return Dataset(features, labels, weighting, ("V1", "V2", "V3"), "Class", "")


def test_the_options_offer_every_model() -> None:
    assert set(MODEL_NAMES) == set(MODELS)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(1, 4), min_size=60, max_size=60))
def test_a_weight_counts_like_that_many_equal_rows(
    seed: int, weights: list[int]
) -> None:
    data = dataset(seed, weights)
    rows = np.repeat(np.arange(60), weights)
    repeated = Dataset(
        data.features[rows], data.labels[rows], None, data.feature_names, "Class", ""
    )
    by_weight = fit(logistic_regression(logistic_c=1.0), data)
    by_rows = fit(logistic_regression(logistic_c=1.0), repeated)
    np.testing.assert_allclose(
        by_weight.predict_proba(data.features),
        by_rows.predict_proba(data.features),
        atol=1e-3,
    )


def test_a_constant_column_does_no_harm() -> None:
    data = dataset(0)
    data.features[:, 1] = 5.0
    model = fit(logistic_regression(logistic_c=1.0), data)
    assert np.isfinite(model.predict_proba(data.features)).all()


def test_the_penalty_is_passed_on() -> None:
    weak, strong = (
        fit(logistic_regression(logistic_c=c), dataset(0))[-1].coef_
        for c in (100.0, 0.001)
    )
    assert np.abs(strong).sum() < np.abs(weak).sum()


def test_a_fit_is_repeatable() -> None:
    first, second = (
        fit(logistic_regression(logistic_c=1.0), dataset(0))[-1].coef_ for _ in "12"
    )
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", MODEL_NAMES)
def test_column_1_is_the_fraud_class(name: str) -> None:
    data = dataset(0)
    model = fit(logistic_regression(logistic_c=1.0), data)
    probabilities = model.predict_proba(data.features)[:, 1]
    assert (
        probabilities[data.labels == 1].mean() > probabilities[data.labels == 0].mean()
    )
