"""The edges between XGBoost's bins, chosen here and not by its sketch.

A sketch of many rows depends on which host has which rows, and in which batches they
come. These edges depend on the rows alone, so that hosts grow the trees that one grows.
"""

import numpy as np
import numpy.typing as npt

from training.data.dataset import Floats

#: XGBoost compares in single precision.
Singles = npt.NDArray[np.float32]


def bin_edges(
    features: npt.NDArray[np.floating], weights: Floats | None, bins: int
) -> list[Singles]:
    """Return the ascending edges of each feature: where its bins begin.

    Every value is an edge where there are no more than `bins`; otherwise the edges are
    at equal distances in weight. A feature without values has none.

    Parameters
    ----------
    features : array of shape (n_rows, n_features)
        NaN is missing.
    weights : float64 array of shape (n_rows,) or None
    """
    return [
        _edges_of(np.asarray(column, np.float32), weights, bins)
        for column in features.T
    ]


def _edges_of(values: Singles, weights: Floats | None, bins: int) -> Singles:
    present = ~np.isnan(values)
    values = values[present]
    if weights is None:
        values = np.sort(values)
        up_to = None
    else:
        order = np.argsort(values, kind="stable")
        values = values[order]
        up_to = np.cumsum(weights[present][order])
    last = np.flatnonzero(np.append(values[1:] != values[:-1], len(values) > 0))
    if len(last) <= bins:
        return values[last]
    total = last + 1.0 if up_to is None else up_to[last]
    ranks = np.arange(bins) * (total[-1] / bins)
    chosen = last[np.unique(np.searchsorted(total, ranks, side="right"))]
    edges: Singles = values[chosen]
    return edges
