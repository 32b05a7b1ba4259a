"""Judge a model on the test part: figures, intervals, and how slices of it fare."""

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from artifact.columns import Kind
from artifact.decision import DecisionRule, ExpectedValueRule, ThresholdRule
from training.data.dataset import SECONDS_PER_DAY, Dataset, Floats
from training.judging.metrics import Booleans, Judged, Scoreboard, Sums
from training.judging.resampling import poisson_draws
from training.judging.sweep import Outcomes
from training.options import DecisionOptions

#: Bootstrap replicates: many for small test parts, linear time for large ones.
_REPLICATES = (100, 1000)
_REPLICATED_ROWS = 15_000_000
_HOURS_PER_SLICE = 6
_SLICED_CATEGORIES = 4
_SLICED_VALUES = 6
#: Figures of decisions from 0 to 1.
_SHARES = ("alert_rate", "precision", "recall", "f1")


@dataclass(frozen=True)
class Population:
    """What the whole of the data says about the stream they are a sample of."""

    transactions_per_day: float | None
    #: From the first transaction to the last; None for data without a time.
    days: float | None = None


@dataclass(frozen=True)
class ConfusionMatrix:
    """Counts, or sums of weights when rows are weighted."""

    true_negatives: float
    false_positives: float
    false_negatives: float
    true_positives: float


@dataclass(frozen=True)
class Evaluation:
    """All figures of one model on one part."""

    figures: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    confusion_matrix: ConfusionMatrix
    slices: list[dict[str, Any]]
    replicates: int

    def as_dict(self) -> dict[str, Any]:
        """Return the form that ``metrics.json`` has."""
        return {
            **self.figures,
            "confusion_matrix": asdict(self.confusion_matrix),
            "intervals_95": {k: list(v) for k, v in self.intervals.items()},
            "bootstrap_replicates": self.replicates,
            "slices": self.slices,
        }


def describe_population(data: Dataset) -> Population:
    """Estimate the stream's transactions per day, from all of the data."""
    if data.times is None:
        return Population(None)
    days = float(np.ptp(data.times) / SECONDS_PER_DAY)
    return Population(float(data.row_weights.sum() / days) if days > 0 else None, days)


def has_money(data: Dataset, options: DecisionOptions) -> bool:
    """Whether a missed fraud is known to cost anything."""
    return data.amounts is not None or options.fixed_loss_per_fraud > 0


def losses_of(data: Dataset, options: DecisionOptions) -> Floats:
    """Return what each row costs if it is a fraud that is missed."""
    amounts = np.zeros(data.rows) if data.amounts is None else data.amounts
    return amounts + options.fixed_loss_per_fraud


def outcomes_of(data: Dataset, options: DecisionOptions) -> Outcomes:
    """Return what happened, in units of the population and of money."""
    return Outcomes(data.labels, data.row_weights, losses_of(data, options))


def decide(rule: DecisionRule, data: Dataset, probabilities: Floats) -> Booleans:
    """Apply the rule to all rows, as its `is_alert` does to one."""
    if isinstance(rule, ThresholdRule):
        return probabilities >= rule.threshold
    amounts = data.features[:, data.feature_names.index(rule.amount)]
    expected = probabilities * (amounts + rule.fixed_loss_per_fraud)
    return np.asarray(expected > rule.review_cost)


def judge(
    data: Dataset,
    probabilities: Floats,
    rule: DecisionRule,
    *,
    options: DecisionOptions,
    population: Population,
) -> Judged:
    """Apply the rule to all rows, beside what happened."""
    review_cost = (
        rule.review_cost if isinstance(rule, ExpectedValueRule) else options.review_cost
    )
    return Judged(
        labels=data.labels,
        probabilities=probabilities,
        alerts=decide(rule, data, probabilities),
        weights=data.row_weights,
        losses=losses_of(data, options) if has_money(data, options) else None,
        review_cost=review_cost,
        times=data.times,
        transactions_per_day=population.transactions_per_day,
        alerts_per_day=options.alerts_per_day,
    )


def evaluate(
    data: Dataset,
    probabilities: Floats,
    rule: DecisionRule,
    *,
    options: DecisionOptions,
    population: Population,
    random_state: int,
    sums: Sums | None = None,
) -> Evaluation:
    """Compute everything about these probabilities of shape (n_rows,).

    `sums` are those of all rows where these are a sample: the figures of the decisions
    are theirs, and intervals lie about them.
    """
    judged = judge(data, probabilities, rule, options=options, population=population)
    board = Scoreboard(judged)
    replicates = int(np.clip(_REPLICATED_ROWS // data.rows, *_REPLICATES))
    figures = board.figures(judged.weights, sums)
    intervals = board.intervals(
        poisson_draws(data.row_hashes, replicates, random_state, data.stands_for)
    )
    if sums is not None:
        intervals = _moved(intervals, board.figures(judged.weights), figures)
    return Evaluation(
        figures=figures,
        intervals=intervals,
        confusion_matrix=_confusion_matrix(judged)
        if sums is None
        else _confusion_matrix_of(sums),
        slices=[
            *_amount_slices(data, judged, board),
            *_time_slices(data, judged, board),
            *_category_slices(data, judged, board),
        ],
        replicates=replicates,
    )


def _moved(
    intervals: dict[str, tuple[float, float]],
    sampled: dict[str, float],
    exact: dict[str, float],
) -> dict[str, tuple[float, float]]:
    """Move each interval by as much as the sample's figure is beside the exact one."""
    moved = {}
    for name, (low, high) in intervals.items():
        by = exact[name] - sampled[name]
        least, most = (0.0, 1.0) if name in _SHARES else (-np.inf, np.inf)
        moved[name] = (
            min(exact[name], max(low + by, least)),
            max(exact[name], min(high + by, most)),
        )
    return moved


def _confusion_matrix(judged: Judged) -> ConfusionMatrix:
    cells = np.bincount(
        2 * judged.labels.astype(np.intp) + judged.alerts, judged.weights, minlength=4
    )
    return ConfusionMatrix(*(float(cell) for cell in cells))


def _confusion_matrix_of(sums: Sums) -> ConfusionMatrix:
    false = sums.alerts - sums.caught
    return ConfusionMatrix(
        true_negatives=sums.rows - sums.frauds - false,
        false_positives=false,
        false_negatives=sums.frauds - sums.caught,
        true_positives=sums.caught,
    )


def _amount_slices(
    data: Dataset, judged: Judged, board: Scoreboard
) -> list[dict[str, Any]]:
    """Bands between quartiles of the amount, and the highest twentieth."""
    if data.amounts is None:
        return []
    edges = np.unique(
        np.quantile(
            data.amounts,
            (0.25, 0.5, 0.75, 0.95),
            weights=judged.weights,
            method="inverted_cdf",
        )
    )
    bands = np.searchsorted(edges, data.amounts, side="left")
    names = [
        f"up to {edges[0]:g}",
        *(f"{low:g} to {high:g}" for low, high in pairwise(edges)),
        f"over {edges[-1]:g}",
    ]
    return [
        _slice("amount", name, bands == band, judged, board)
        for band, name in enumerate(names)
        if (bands == band).any()
    ]


def _time_slices(
    data: Dataset, judged: Judged, board: Scoreboard
) -> list[dict[str, Any]]:
    """Parts of the day, in the time's own hours."""
    if data.times is None:
        return []
    hours = data.times % SECONDS_PER_DAY // 3600 // _HOURS_PER_SLICE
    return [
        _slice(
            "hour of day",
            f"{hour:02d} to {hour + _HOURS_PER_SLICE:02d}",
            hours == hour // _HOURS_PER_SLICE,
            judged,
            board,
        )
        for hour in range(0, 24, _HOURS_PER_SLICE)
        if (hours == hour // _HOURS_PER_SLICE).any()
    ]


def _category_slices(
    data: Dataset, judged: Judged, board: Scoreboard
) -> list[dict[str, Any]]:
    """Slice by the most frequent values of the first categories."""
    categories = [
        (column, data.features[:, position])
        for position, column in enumerate(data.inputs)
        if column.kind is Kind.CATEGORY
    ]
    return [
        _slice(column.name, value, codes == code, judged, board)
        for column, codes in categories[:_SLICED_CATEGORIES]
        for code, value in enumerate(column.categories[:_SLICED_VALUES])
        if (codes == code).any()
    ]


def _slice(
    by: str, name: str, inside: Booleans, judged: Judged, board: Scoreboard
) -> dict[str, Any]:
    weights = judged.weights * inside
    frauds = float(weights @ judged.labels)
    rows = float(weights.sum())
    figures: dict[str, float | None] = {}
    # Without both classes there is no ranking to judge.
    known = board.figures(weights) if 0 < frauds < rows else {}
    for figure in ("average_precision", "precision", "recall", "alerts", "savings"):
        figures[figure] = known.get(figure)
    return {"by": by, "name": name, "rows": rows, "frauds": frauds, **figures}
