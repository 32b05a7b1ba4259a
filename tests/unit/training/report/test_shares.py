"""Intervals of shares, against published values and against repetition."""

import numpy as np
import pytest

from training.report.shares import effective_count, weighted_share, wilson


@pytest.mark.parametrize(
    ("caught", "of", "low", "high"),
    [
        # Newcombe 1998, table I, method 3: Wilson without continuity correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_it_is_wilsons_interval(caught: int, of: int, low: float, high: float) -> None:
    assert wilson(caught / of, of) == pytest.approx((low, high), abs=5e-5)


def test_equal_weights_count_as_none() -> None:
    labels = np.repeat(np.array([1, 0], dtype=np.int8), [3, 17])
    share, low, high = weighted_share(labels, np.full(20, 7.0))
    assert share == pytest.approx(0.15)
    assert (low, high) == pytest.approx(wilson(0.15, 20))
    assert effective_count(np.full(20, 7.0)) == pytest.approx(20)


def test_the_interval_of_a_case_control_sample_covers_the_share() -> None:
    """All frauds, and every 20th of the rest with weight 20: 95 % of the samples."""
    random = np.random.default_rng(11)
    covered = 0
    for _ in range(400):
        labels = (random.random(20_000) < 0.02).astype(np.int8)
        kept = (labels == 1) | (random.random(20_000) < 0.05)
        weights = np.where(labels == 1, 1.0, 20.0)
        _, low, high = weighted_share(labels[kept], weights[kept])
        covered += low <= 0.02 <= high
    assert 0.92 <= covered / 400 <= 0.98
