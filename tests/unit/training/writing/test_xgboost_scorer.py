"""XGBoost's trees in `scorer.npz`: every row reaches the leaf that XGBoost gives it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from artifact.scoring.scorer import Scorer
from tests.unit.training.samples import random_dataset
from training.models.fitting import fit_pipeline
from training.models.xgboost_classifier import XGBoostClassifier
from training.options import ModelOptions
from training.writing.parity import check_parity
from training.writing.scorer import describe_scorer

QUICK = ModelOptions(xgboost_iterations=40, xgboost_bins=64)


@pytest.fixture(scope="module")
def fitted() -> tuple[XGBoostClassifier, Scorer, np.ndarray]:
    random = np.random.default_rng(3)
    rows = random.normal(size=(500, 4)).round(2)
    labels = (rows[:, 0] + random.normal(size=500) > 1).astype(int)
    model = XGBoostClassifier(n_estimators=40, max_depth=4, n_jobs=1).fit(rows, labels)
    conditions = model.get_booster().trees_to_dataframe()["Split"].dropna()
    return model, Scorer(*describe_scorer(model)), conditions.to_numpy(np.float32)


@given(
    arrays.arrays(
        np.float64, (7, 4), elements=st.floats(-1e30, 1e30, allow_subnormal=False)
    )
)
@settings(max_examples=50)
def test_any_row_gets_the_same_probability(
    fitted: tuple[XGBoostClassifier, Scorer, np.ndarray], rows: np.ndarray
) -> None:
    model, scorer, _ = fitted
    check_parity(model, scorer, rows)


def test_rows_on_a_condition_and_beside_it_go_the_same_way(
    fitted: tuple[XGBoostClassifier, Scorer, np.ndarray],
) -> None:
    model, scorer, conditions = fitted
    beside = [
        conditions,
        np.nextafter(conditions, np.float32(-np.inf)),
        np.nextafter(conditions, np.float32(np.inf)),
    ]
    # Just under a float32, as a double: rounding decides, as in XGBoost.
    values = np.concatenate([*beside, conditions - 1e-12, [0.0, -0.0]])
    rows = np.repeat(values[:, np.newaxis], 4, axis=1).astype(np.float64)
    check_parity(model, scorer, rows)


def test_the_pipeline_is_exported_with_its_preparation_and_weights() -> None:
    weights = [float(1 + place % 3) for place in range(400)]
    data = random_dataset(weights=weights)
    pipeline = fit_pipeline("xgboost", data, QUICK)
    assert (
        check_parity(pipeline, Scorer(*describe_scorer(pipeline)), data.features) < 1e-6
    )
