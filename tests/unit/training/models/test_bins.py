"""Bins depend on the rows alone, and are those that XGBoost then uses."""

import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from training.models.bins import bin_edges
from training.models.xgboost_classifier import matrix_of_edges

values = arrays(
    np.float32,
    st.tuples(st.integers(1, 60), st.integers(1, 3)),
    elements=st.one_of(st.just(np.nan), st.floats(-1e6, 1e6, width=32)),
)


@settings(deadline=None)
@given(features=values, bins=st.integers(2, 80), seed=st.integers(0, 9))
def test_edges_do_not_depend_on_the_order_of_the_rows(
    features: np.ndarray, bins: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    order = random.permutation(len(features))
    weights = random.integers(1, 30, len(features)).astype(float)
    for of_rows in (None, weights):
        edges = bin_edges(features, of_rows, bins)
        mixed = None if of_rows is None else of_rows[order]
        again = bin_edges(features[order], mixed, bins)
        for one, other, column in zip(edges, again, features.T, strict=True):
            np.testing.assert_array_equal(one, other)
            assert len(one) <= bins
            assert (np.diff(one) > 0).all()
            distinct = np.unique(column[~np.isnan(column)])
            if len(distinct) <= bins:
                np.testing.assert_array_equal(one, distinct)


def test_a_row_of_weight_three_is_three_rows() -> None:
    random = np.random.default_rng(0)
    features = random.normal(size=(500, 1)).astype(np.float32)
    weights = random.integers(1, 4, 500)
    repeated = np.repeat(features, weights, axis=0)
    (weighted,) = bin_edges(features, weights.astype(float), 32)
    (plain,) = bin_edges(repeated, None, 32)
    np.testing.assert_array_equal(weighted, plain)


@pytest.mark.parametrize("bins", [16, 256, 4096])
def test_they_are_the_bins_of_a_matrix_that_refers_to_them(bins: int) -> None:
    random = np.random.default_rng(1)
    features = random.normal(size=(9000, 3)).astype(np.float32)
    features[:, 1] = np.round(features[:, 1])
    features[random.random(9000) < 0.3, 2] = np.nan
    edges = bin_edges(features, None, bins)
    matrix = xgboost.QuantileDMatrix(
        features, max_bin=bins, ref=matrix_of_edges(edges, bins, 1)
    )
    starts, cuts = matrix.get_quantile_cut()
    for place, of_feature in enumerate(edges):
        # Beside a limit below and one above all values.
        found = cuts[starts[place] : starts[place + 1]][1:-1]
        np.testing.assert_array_equal(found, of_feature[1:])
