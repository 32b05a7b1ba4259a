"""Shares of weighted rows, with intervals that hold for few and rare frauds."""

import numpy as np

from training.data.dataset import Floats, Labels

#: The 97.5 % quantile of the normal distribution.
_Z = 1.959964


def effective_count(weights: Floats) -> float:
    """Return how many rows of equal weight know as much (Kish 1965)."""
    return float(weights.sum() ** 2 / (weights @ weights))


def wilson(share: float, count: float) -> tuple[float, float]:
    """Return the 95 % interval of a share of `count` rows (Wilson 1927).

    Unlike share ± 1.96 deviations it stays within 0 and 1, and is no point where the
    share is 0 or 1. https://doi.org/10.1080/01621459.1927.10502953
    """
    centre = share + _Z**2 / (2 * count)
    half = _Z * np.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    scale = 1 + _Z**2 / count
    low, high = (centre - half) / scale, (centre + half) / scale
    return float(min(max(low, 0.0), share)), float(max(min(high, 1.0), share))


def weighted_share(labels: Labels, weights: Floats) -> tuple[float, float, float]:
    """Return the share of label 1 with its interval's ends.

    Shapes: both (n_rows,). The count of rows is the one at which a share of unweighted
    rows would vary as this one does.
    """
    total = weights.sum()
    share = float(weights @ labels / total)
    spread = float((weights * (labels - share)) @ (weights * (labels - share)))
    count = (
        share * (1 - share) * total**2 / spread
        if spread > 0
        else effective_count(weights)
    )
    return share, *wilson(share, float(count))
