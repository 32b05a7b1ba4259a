"""Every figure on predicted probabilities and decisions, and its uncertainty.

All figures take weights, so that a bootstrap replicate is the same computation with
other weights: rows are sorted once, and each replicate costs a few passes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from training.data.dataset import SECONDS_PER_DAY, Floats, Indices, Labels

Booleans = npt.NDArray[np.bool_]

CALIBRATION_BINS = 20
#: Recall is given at these false positive rates; only the second is one to work at.
FALSE_POSITIVE_RATES = {"1pct": 0.01, "0_1pct": 0.001}
#: The number of reviews and their cost are given: no draw of rows makes them uncertain.
WITHOUT_INTERVAL = ("cost_flagging_everything",)
#: Log loss treats no probability as nearer to 0 or 1 than this.
_LOG_LOSS_MARGIN = 1e-15


@dataclass(frozen=True)
class Judged:
    """Rows with what was predicted, decided, and what happened.

    Shapes: all arrays (n_rows,).
    """

    labels: Labels
    probabilities: Floats
    alerts: Booleans
    #: How many rows of the population one row stands for.
    weights: Floats
    #: What a row costs if it is fraud and no alert; None when the data have no money.
    losses: Floats | None
    review_cost: float
    #: Seconds; None when the data have no time.
    times: Floats | None
    #: In the population; None when the data have no time.
    transactions_per_day: float | None
    #: Alerts that can be reviewed a day, for `precision_at_alerts_per_day`.
    alerts_per_day: float


class Sums(NamedTuple):
    """What the figures of decisions are made of; of batches and hosts they add up."""

    rows: float
    frauds: float
    alerts: float
    #: Frauds among the alerts.
    caught: float
    #: Losses of all frauds, of those caught, and what a review of each that is worth
    #: it would save.
    lost: float
    saved: float
    oracle: float


def add_up(judged: Judged, weights: Floats) -> Sums:
    """Add up rows with weights of shape (n_rows,)."""
    frauds = weights * judged.labels
    lost = saved = oracle = 0.0
    if judged.losses is not None:
        losses = judged.losses
        lost = float(frauds @ losses)
        saved = float((frauds * losses) @ judged.alerts)
        oracle = float(frauds @ np.maximum(losses - judged.review_cost, 0.0))
    return Sums(
        float(weights.sum()),
        float(frauds.sum()),
        float(weights @ judged.alerts),
        float(frauds @ judged.alerts),
        lost,
        saved,
        oracle,
    )


class Scoreboard:
    """Computes all figures for any weights of the same rows."""

    def __init__(self, judged: Judged) -> None:
        order = np.argsort(-judged.probabilities, kind="stable")
        self._judged = judged
        self._order = order
        self._labels = judged.labels[order].astype(float)
        scores = judged.probabilities[order]
        self._last_of_score = np.flatnonzero(
            np.append(scores[1:] != scores[:-1], [True])
        )
        # As floating point, once for all replicates.
        self._is_fraud = judged.labels.astype(float)
        self._is_alert = judged.alerts.astype(float)
        self._errors = judged.probabilities - judged.labels
        self._squared_errors = self._errors**2
        self._log_losses = _log_losses(judged.labels, judged.probabilities)
        self._bins = np.minimum(
            (judged.probabilities * CALIBRATION_BINS).astype(np.intp),
            CALIBRATION_BINS - 1,
        )
        self._daily = _by_day(judged)

    def figures(self, weights: Floats, sums: Sums | None = None) -> dict[str, float]:
        """Return all figures with these weights, of shape (n_rows,).

        `sums` are those of the decisions where the rows are a sample of others.
        """
        judged = self._judged
        total = weights.sum()
        gaps = np.bincount(
            self._bins, weights * self._errors, minlength=CALIBRATION_BINS
        )
        figures = {
            **self._ranking(weights),
            "brier": float(weights @ self._errors**2 / total),
            "log_loss": float(weights @ self._log_losses / total),
            "calibration_error": float(np.abs(gaps).sum() / total),
            **self._decisions(add_up(judged, weights) if sums is None else sums),
        }
        if judged.transactions_per_day is not None:
            figures["precision_at_alerts_per_day"] = self._daily_precision(weights)
        return figures

    def intervals(self, draws: Iterable[Floats]) -> dict[str, tuple[float, float]]:
        """Return bootstrap 95 % intervals: percentiles over resampled rows.

        `draws` has for each replicate how many times every row is drawn.
        """
        replicates = []
        for times_drawn in draws:
            weights = self._judged.weights * times_drawn
            if 0 < weights @ self._is_fraud < weights.sum():
                replicates.append(self.figures(weights))
        return {
            name: _percentiles([figures[name] for figures in replicates])
            for name in replicates[0]
            if name not in WITHOUT_INTERVAL
        }

    def _ranking(self, weights: Floats) -> dict[str, float]:
        """Figures that depend on the order of the scores alone."""
        sorted_weights = weights[self._order]
        flagged = np.cumsum(sorted_weights)[self._last_of_score]
        caught = np.cumsum(sorted_weights * self._labels)[self._last_of_score]
        false = flagged - caught
        all_caught, all_false = caught[-1], false[-1]
        gained = np.diff(caught, prepend=0.0)
        middle = caught - gained / 2
        precision = np.divide(
            caught, flagged, out=np.zeros_like(caught), where=flagged > 0
        )
        figures = {
            "roc_auc": float(
                np.diff(false, prepend=0.0) @ middle / (all_caught * all_false)
            ),
            "average_precision": float(gained @ precision / all_caught),
        }
        for name, rate in FALSE_POSITIVE_RATES.items():
            allowed = np.searchsorted(false, rate * all_false, side="right")
            recall = caught[allowed - 1] / all_caught if allowed else 0.0
            figures[f"recall_at_fpr_{name}"] = float(recall)
        return figures

    def _decisions(self, sums: Sums) -> dict[str, float]:
        """Figures of the alerts, and in the currency of the losses."""
        judged = self._judged
        rows, all_frauds, flagged, caught, lost, saved, oracle = sums
        figures = {
            "alerts": flagged,
            "alert_rate": flagged / rows,
            "precision": caught / flagged if flagged else 0.0,
            "recall": caught / all_frauds if all_frauds else 0.0,
            "f1": 2 * caught / (flagged + all_frauds) if flagged + all_frauds else 0.0,
        }
        if judged.losses is not None:
            savings = saved - judged.review_cost * flagged
            figures |= {
                "cost": lost - savings,
                "cost_flagging_nothing": lost,
                "cost_flagging_everything": judged.review_cost * rows,
                "savings": savings,
                "savings_oracle": oracle,
            }
        if judged.transactions_per_day is not None:
            figures["alerts_per_day"] = (
                figures["alert_rate"] * judged.transactions_per_day
            )
        return figures

    def _daily_precision(self, weights: Floats) -> float:
        """Precision among each day's highest scores, as many as can be reviewed."""
        if self._daily is None or not self._judged.transactions_per_day:
            return 0.0
        order, starts, of_day, labels = self._daily
        sorted_weights = weights[order]
        before = np.cumsum(sorted_weights) - sorted_weights
        before -= before[starts][of_day]
        # A day of which the part holds a share gets that share of the reviews.
        per_day = np.bincount(of_day, sorted_weights)
        share = per_day / self._judged.transactions_per_day
        reviewed = before < (self._judged.alerts_per_day * share)[of_day]
        flagged = sorted_weights @ reviewed
        caught = (sorted_weights * labels) @ reviewed
        return float(caught / flagged) if flagged else 0.0


def _by_day(judged: Judged) -> tuple[Indices, Indices, Indices, Floats] | None:
    """Rows by day and then by falling score, and where each day starts.

    Then, in that order, the number of each row's day, and its label as a float.
    """
    if judged.times is None:
        return None
    days = np.floor(judged.times / SECONDS_PER_DAY)
    order = np.lexsort((-judged.probabilities, days))
    starts = np.flatnonzero(np.diff(days[order], prepend=np.nan) != 0)
    of_day = np.repeat(np.arange(len(starts)), np.diff([*starts, len(order)]))
    return order, starts, of_day, judged.labels[order].astype(float)


def _log_losses(labels: Labels, probabilities: Floats) -> Floats:
    limited = np.clip(probabilities, _LOG_LOSS_MARGIN, 1 - _LOG_LOSS_MARGIN)
    losses: Floats = -np.where(labels == 1, np.log(limited), np.log1p(-limited))
    return losses


def _percentiles(values: list[float]) -> tuple[float, float]:
    low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)
