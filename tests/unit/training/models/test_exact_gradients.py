"""Gradients are XGBoost's own, and their sums the same in any order."""

import math

import numpy as np
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from training.models.exact_gradients import LogisticLoss
from training.models.xgboost_classifier import XGBoostClassifier

POSITIVE_WEIGHT = 10.0


def made(
    rows: int, seed: int, spread: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = (random.random(rows) < 0.1).astype(np.float32)
    labels[0] = 1.0
    margins = random.normal(-4, spread, rows).astype(np.float32)
    weights = random.lognormal(0, 2, rows).astype(np.float32)
    return labels, margins, weights


@settings(deadline=None)
@given(
    seed=st.integers(0, 99),
    spread=st.floats(0.0, 12.0),
    is_weighted=st.booleans(),
    hosts=st.integers(1, 4),
)
def test_sums_are_exact_and_rounded_little_whatever_the_hosts(
    seed: int, spread: float, is_weighted: bool, hosts: int
) -> None:
    labels, margins, weights = made(1000, seed, spread)
    w = weights if is_weighted else np.ones_like(weights)
    given_weights = weights if is_weighted else None
    loss = LogisticLoss(labels, given_weights, POSITIVE_WEIGHT, float)
    pairs = loss.gradients(margins.copy())
    factor = w.astype(float) * np.where(labels == 1, POSITIVE_WEIGHT, 1.0)
    p = expit(margins.astype(float))
    exact = ((p - labels) * factor, p * (1 - p) * factor)
    for found, expected in zip(pairs, exact, strict=True):
        # Single precision near a probability of 1, and what is rounded.
        error = 2e-7 * factor + 1e-12 * np.abs(exact[0]).sum()
        assert (np.abs(found - expected) <= 1e-5 * np.abs(expected) + error).all()
        whole = math.fsum(found)
        parts = np.array_split(np.random.default_rng(seed).permutation(found), hosts)
        in_parts = sum(float(part.sum(dtype=np.float64)) for part in parts)
        assert in_parts == whole


def test_trees_are_those_of_xgboosts_own_loss() -> None:
    random = np.random.default_rng(3)
    # So few values that each has a bin of its own.
    features = np.round(4 * random.normal(size=(4000, 4))).astype(np.float32)
    labels = (features[:, 0] + 4 * random.normal(size=4000) > 9).astype(int)
    options = {"max_bin": 64, "scale_pos_weight": POSITIVE_WEIGHT}
    ours = XGBoostClassifier(n_estimators=5, n_jobs=1, **options).fit(features, labels)
    matrix = xgboost.QuantileDMatrix(features, labels, max_bin=64)
    theirs = xgboost.train({"objective": "binary:logistic", **options}, matrix, 5)
    np.testing.assert_allclose(
        ours.predict(features, output_margin=True),
        theirs.predict(matrix, output_margin=True),
        atol=1e-5,
    )


def test_threads_do_not_change_a_tree() -> None:
    random = np.random.default_rng(4)
    features = random.normal(size=(20_000, 5)).astype(np.float32)
    labels = (features[:, 0] + random.normal(size=20_000) > 3).astype(int)
    models = [
        XGBoostClassifier(n_estimators=10, max_bin=512, n_jobs=threads)
        .fit(features, labels)
        .get_booster()
        .get_dump(dump_format="json")
        for threads in (1, 2)
    ]
    assert models[0] == models[1]
