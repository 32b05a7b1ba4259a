"""Every threshold at once: what is flagged, caught and paid above each score."""

from dataclasses import dataclass

import numpy as np

from training.data.dataset import Floats, Labels


@dataclass(frozen=True)
class Outcomes:
    """What happened, row by row, in units of the population and of money.

    Shapes: all (n_rows,). `losses` is what a fraud costs when it is missed.
    """

    labels: Labels
    weights: Floats
    losses: Floats


@dataclass(frozen=True)
class Sweep:
    """Totals of the rows with at least a threshold, for each distinct score.

    Shapes: all (n_thresholds,), from the highest threshold to the lowest.
    """

    thresholds: Floats
    alerts: Floats
    true_positives: Floats
    losses_caught: Floats
    #: Totals of all rows.
    all_rows: float
    all_frauds: float

    @property
    def precision(self) -> Floats:
        """Share of the alerts that are frauds."""
        return self.true_positives / self.alerts

    @property
    def recall(self) -> Floats:
        """Share of the frauds that are alerts."""
        return self.true_positives / self.all_frauds

    @property
    def false_positive_rate(self) -> Floats:
        """Share of the legitimate rows that are alerts."""
        return (self.alerts - self.true_positives) / (self.all_rows - self.all_frauds)

    @property
    def f1(self) -> Floats:
        """Harmonic mean of precision and recall."""
        return 2 * self.true_positives / (self.alerts + self.all_frauds)

    def savings(self, review_cost: float) -> Floats:
        """Losses avoided less the cost of all reviews."""
        return self.losses_caught - review_cost * self.alerts


def sweep(outcomes: Outcomes, probabilities: Floats) -> Sweep:
    """Sort once, add up from the top."""
    order = np.argsort(-probabilities, kind="stable")
    scores = probabilities[order]
    last_of_score = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))
    weights = outcomes.weights[order]
    frauds = weights * outcomes.labels[order]
    losses = frauds * outcomes.losses[order]
    return Sweep(
        thresholds=scores[last_of_score],
        alerts=np.cumsum(weights)[last_of_score],
        true_positives=np.cumsum(frauds)[last_of_score],
        losses_caught=np.cumsum(losses)[last_of_score],
        all_rows=float(weights.sum()),
        all_frauds=float(frauds.sum()),
    )
