"""Reason codes: the features that moved one transaction's score most.

The score is compared with that of a typical transaction (each feature at its median
in training), in log-odds before calibration. Features are taken from typical to
actual one after another, the one with the largest effect on its own first; each is
credited with the change it makes then. The contributions of all features add up to
the difference exactly; for a linear model each is exact by itself. This is Shapley's
value along one order of the features instead of the mean over all orders
(Štrumbelj and Kononenko 2014, Knowledge and Information Systems 41), for the price
of scoring two rows per feature.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from artifact.manifest import Feature
from artifact.scoring.scorer import Scorer

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reason:
    """A feature, and the log-odds of fraud that its value adds."""

    feature: str
    contribution: float


def explain(
    scorer: Scorer, features: Sequence[Feature], row: Array, count: int
) -> list[Reason]:
    """Return the features that moved the score most, largest movement first.

    Parameters
    ----------
    features : sequence of Feature
        Those of the manifest, in its order.
    row : float64 array of shape (n_features,)
    count : int
        How many reasons; at most one per feature.
    """
    contributions = contributions_of(scorer, features, row)
    order = np.argsort(-np.abs(contributions), kind="stable")[:count]
    return [Reason(features[i].name, float(contributions[i])) for i in order]


def contributions_of(scorer: Scorer, features: Sequence[Feature], row: Array) -> Array:
    """Contribution of every feature, in their order, of shape (n_features,)."""
    typical = np.array([feature.quantiles[0.5] for feature in features])
    n_features = len(row)
    alone = np.tile(typical, (n_features + 1, 1))
    np.fill_diagonal(alone[1:], row)
    effects = scorer.margin(alone)
    order = np.argsort(-np.abs(effects[1:] - effects[0]), kind="stable")
    path = np.tile(typical, (n_features + 1, 1))
    for step, column in enumerate(order, 1):
        path[step:, column] = row[column]
    contributions = np.empty(n_features)
    contributions[order] = np.diff(scorer.margin(path))
    return contributions
