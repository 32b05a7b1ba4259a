"""What the report shows, as plain values for its page."""

from typing import Any

import numpy as np

from artifact.decision import ThresholdRule
from training.data.dataset import Dataset, Floats
from training.experiment import Experiment, Trained
from training.judging.evaluation import outcomes_of
from training.judging.sweep import Sweep, sweep
from training.options import Arguments
from training.report.importance import importance
from training.report.shares import effective_count, weighted_share, wilson

#: Points of a curve: more cannot be told apart on a screen.
_CURVE_POINTS = 300
_EXPLORER_POINTS = 400
_HISTOGRAM_BINS = 48
#: Quantiles of the scores between which calibration is looked at.
_CALIBRATION_LEVELS = (
    0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995,
)  # fmt: skip
_HISTOGRAM_LOG_ODDS = 12.0


def report_content(
    metrics: dict[str, Any],
    config: dict[str, Any],
    experiment: Experiment,
    arguments: Arguments,
) -> dict[str, Any]:
    """Return everything that the page needs, ready for JSON."""
    test = experiment.parts.test
    models = [experiment.champion]
    if experiment.baseline is not experiment.champion:
        models.append(experiment.baseline)
    sweeps = {
        model.name: sweep(
            outcomes_of(model.test, arguments.decision), model.test_probabilities
        )
        for model in models
    }
    champion = experiment.champion
    return {
        "metrics": metrics,
        "config": config,
        "prevalence": float(test.row_weights @ test.labels / test.row_weights.sum()),
        "review_cost": arguments.decision.review_cost,
        "curves": {name: _curves(totals) for name, totals in sweeps.items()},
        "calibration": _calibration(test, champion),
        "scores": _scores(test, champion),
        "slices": _slices(test, champion),
        "explorer": _explorer(
            sweeps[champion.name],
            champion,
            arguments.decision.review_cost,
            experiment.population.transactions_per_day,
        ),
        "importance": importance(test, champion, arguments.split.random_state),
    }


def _curves(totals: Sweep) -> dict[str, list[list[float]]]:
    chosen = _spread(len(totals.thresholds), _CURVE_POINTS, totals.true_positives)
    return {
        "precision_recall": _points(totals.recall, totals.precision, chosen),
        "roc": _points(totals.false_positive_rate, totals.recall, chosen),
    }


def _spread(count: int, most: int, caught: Floats) -> list[int]:
    """Choose indices evenly, and where a fraud is caught as far as they fit."""
    gains = np.flatnonzero(np.diff(caught, prepend=0.0))
    around = np.unique(np.concatenate([gains, np.maximum(gains - 1, 0)]))
    if len(around) > most // 2:
        around = around[np.linspace(0, len(around) - 1, most // 2).astype(int)]
    even = np.geomspace(1, count, most // 2).astype(int) - 1
    chosen: list[int] = np.unique(np.concatenate([around, even, [count - 1]])).tolist()
    return chosen


def _points(x: Floats, y: Floats, chosen: list[int]) -> list[list[float]]:
    return [[_short(x[i]), _short(y[i])] for i in chosen]


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _calibration(test: Dataset, model: Trained) -> list[dict[str, float]]:
    """Predicted and actual share of frauds, in bins between quantiles of the scores.

    The quantiles are dense among the highest scores, where the frauds are.
    """
    p, weights = model.test_probabilities, test.row_weights
    edges = np.unique(
        np.quantile(p, _CALIBRATION_LEVELS, weights=weights, method="inverted_cdf")
    )
    bins = np.searchsorted(edges, p, side="left")
    judged = []
    for number in np.unique(bins):
        inside = bins == number
        share, low, high = weighted_share(test.labels[inside], weights[inside])
        rows = weights[inside].sum()
        judged.append(
            {
                "predicted": _short(weights[inside] @ p[inside] / rows),
                "actual": _short(share),
                "low": _short(low),
                "high": _short(high),
                "rows": float(rows),
            }
        )
    return judged


def _slices(test: Dataset, model: Trained) -> list[dict[str, Any]]:
    """Recall of the rule in each slice that has frauds, with its interval."""
    frauds = test.row_weights[test.labels == 1]
    # What one unit of weight is worth in frauds that were drawn.
    drawn = effective_count(frauds) / frauds.sum()
    return [
        {
            "name": f"{piece['by']} {piece['name']}",
            "recall": piece["recall"],
            **dict(
                zip(
                    ("low", "high"),
                    wilson(piece["recall"], piece["frauds"] * drawn),
                    strict=True,
                )
            ),
        }
        for piece in model.evaluation.slices
        if piece["recall"] is not None
    ]


def _scores(test: Dataset, model: Trained) -> dict[str, list[float]]:
    """Histograms of the log-odds, which spread what probabilities crowd.

    `edges` has one value more than there are bins.
    """
    p = np.clip(model.test_probabilities, 1e-12, 1 - 1e-12)
    limit = _HISTOGRAM_LOG_ODDS
    log_odds = np.clip(np.log(p / (1 - p)), -limit, limit)
    edges = np.linspace(-limit, limit, _HISTOGRAM_BINS + 1)
    legitimate, frauds = (
        np.histogram(log_odds, edges, weights=test.row_weights * (test.labels == label))
        for label in (0, 1)
    )
    return {
        "edges": [_short(edge) for edge in edges],
        "legitimate": legitimate[0].tolist(),
        "frauds": frauds[0].tolist(),
    }


def _explorer(
    totals: Sweep,
    model: Trained,
    review_cost: float,
    transactions_per_day: float | None,
) -> dict[str, Any]:
    """Return what each threshold would do, from the highest to the lowest."""
    chosen = set(
        _spread(len(totals.thresholds), _EXPLORER_POINTS, totals.true_positives)
    )
    savings = totals.savings(review_cost)
    start, above = int(np.argmax(savings)), []
    if isinstance(model.rule, ThresholdRule):
        flagged = np.flatnonzero(totals.thresholds >= model.rule.threshold)
        start = int(flagged[-1]) if flagged.size else 0
        # Even the highest score stays below the rule.
        above = [] if flagged.size else [_no_alerts(model.rule.threshold)]
    chosen.add(start)
    indices = sorted(chosen)
    per_day = (transactions_per_day or 0.0) / totals.all_rows
    money = "savings" in model.evaluation.figures
    steps = [
        {
            "threshold": float(totals.thresholds[i]),
            "alerts": float(totals.alerts[i]),
            "alerts_per_day": float(totals.alerts[i] * per_day),
            "true_positives": float(totals.true_positives[i]),
            "precision": float(totals.precision[i]),
            "recall": float(totals.recall[i]),
            "savings": float(savings[i]) if money else 0.0,
        }
        for i in indices
    ]
    return {
        "money": money,
        "start": 0 if above else indices.index(start),
        "per_day": transactions_per_day is not None,
        "frauds": totals.all_frauds,
        "rows": totals.all_rows,
        "steps": [*above, *steps],
    }


def _no_alerts(threshold: float) -> dict[str, float]:
    figures = (
        "alerts",
        "alerts_per_day",
        "true_positives",
        "precision",
        "recall",
        "savings",
    )
    return {"threshold": threshold, **dict.fromkeys(figures, 0.0)}
