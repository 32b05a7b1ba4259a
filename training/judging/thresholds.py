"""Choose the decision rule, on out-of-fold predictions of the training part only."""

import numpy as np
import numpy.typing as npt

from artifact.columns import Column
from artifact.decision import DecisionRule, ExpectedValueRule, ThresholdRule
from training.data.dataset import Floats
from training.errors import TrainingError
from training.judging.sweep import Sweep
from training.options import DecisionOptions


def choose_rule(
    options: DecisionOptions,
    sweep: Sweep | None,
    *,
    transactions_per_day: float | None,
    amount: str,
    amount_form: Column | None = None,
) -> DecisionRule:
    """Return the rule that is best by the policy.

    Parameters
    ----------
    options : DecisionOptions
    sweep : Sweep or None
        Of out-of-fold predictions; needed by all policies that choose a threshold.
    transactions_per_day : float or None
        In the population; None when the data have no time.
    amount : str
        Name of the feature that holds the amount.
    amount_form : Column or None
        How text writes it; None for plain numbers.

    Raises
    ------
    TrainingError
        If no threshold meets the policy, or the data lack what it needs.
    """
    if options.policy == "fixed":
        return ThresholdRule(options.threshold)
    if options.policy == "expected-value":
        return ExpectedValueRule(
            options.review_cost,
            options.fixed_loss_per_fraud,
            amount,
            amount_form=amount_form,
        )
    if sweep is None:
        raise ValueError(f"{options.policy} needs out-of-fold predictions")
    if options.policy == "max-f1":
        return _best(sweep, sweep.f1)
    if options.policy == "cost":
        savings = sweep.savings(options.review_cost)
        # Reviews that cost more than they save: no alerts at all.
        return _best(sweep, savings) if savings.max() > 0 else ThresholdRule(1.0)
    if options.policy == "precision":
        return _most_recall(
            sweep,
            sweep.precision >= options.min_precision,
            f"--min-precision {options.min_precision:g}",
        )
    if transactions_per_day is None:
        raise TrainingError(
            "--threshold-policy alerts-per-day needs a time column; name it with "
            "--time-column."
        )
    per_day = sweep.alerts / sweep.all_rows * transactions_per_day
    return _most_recall(
        sweep,
        per_day <= options.alerts_per_day,
        f"--alerts-per-day {options.alerts_per_day:g}",
    )


def _best(sweep: Sweep, value: Floats) -> ThresholdRule:
    return _at(sweep, int(np.argmax(value)))


def _most_recall(
    sweep: Sweep, allowed: npt.NDArray[np.bool_], option: str
) -> ThresholdRule:
    if not allowed.any():
        raise TrainingError(
            f"No threshold meets {option} on the training part; relax it."
        )
    return _at(sweep, int(np.flatnonzero(allowed)[-1]))


def _at(sweep: Sweep, index: int) -> ThresholdRule:
    """Cut halfway to the next score, so that rounding there flips no decision."""
    following = [*sweep.thresholds[index : index + 2], 0.0][1]
    return ThresholdRule(float((sweep.thresholds[index] + following) / 2))
