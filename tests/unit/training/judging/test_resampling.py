"""Bootstrap draws: Poisson, and a row's own."""

import numpy as np
import pytest

from training.judging.resampling import poisson_draws


def hashes(rows: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 2**63, rows, dtype=np.uint64)


def test_draws_are_poisson_and_differ_between_replicates_and_rows() -> None:
    draws = np.array(list(poisson_draws(hashes(20_000), 20, seed=1)))
    assert draws.mean() == pytest.approx(1.0, abs=0.01)
    assert draws.var() == pytest.approx(1.0, abs=0.02)
    for count, share in ((0, 0.3679), (1, 0.3679), (2, 0.1839), (3, 0.0613)):
        assert (draws == count).mean() == pytest.approx(share, abs=0.005)
    assert np.abs(np.corrcoef(draws) - np.eye(20)).max() < 0.04


def test_a_row_is_drawn_alike_wherever_it_stands() -> None:
    rows = hashes(500)
    order = np.random.default_rng(1).permutation(500)
    one, other = (list(poisson_draws(some, 5, 42)) for some in (rows, rows[order]))
    for here, there in zip(one, other, strict=True):
        np.testing.assert_array_equal(here[order], there)


def test_equal_rows_are_drawn_each_by_itself() -> None:
    (draws,) = poisson_draws(np.zeros(5000, np.uint64), 1, 42)
    assert draws.mean() == pytest.approx(1.0, abs=0.06)
    assert draws.var() == pytest.approx(1.0, abs=0.1)


def test_a_row_that_stands_for_many_varies_as_their_sum_does() -> None:
    rows, many = hashes(20_000), 25.0
    draws = np.array(
        list(poisson_draws(rows, 10, 7, stands_for=np.full(len(rows), many)))
    )
    assert draws.min() >= 0
    assert draws.mean() == pytest.approx(1.0, abs=0.01)
    assert draws.var() == pytest.approx(1 / many, rel=0.05)
