"""What the policies that were not asked for would have done on the test part."""

from dataclasses import replace
from typing import Any

from artifact.decision import ThresholdRule
from training.data.dataset import Dataset, Floats
from training.judging.evaluation import Population, decide, has_money, losses_of
from training.judging.sweep import Sweep
from training.judging.thresholds import choose_rule
from training.options import DecisionOptions, Policy


def alternatives(
    test: Dataset,
    probabilities: Floats,
    totals: Sweep | None,
    *,
    options: DecisionOptions,
    population: Population,
) -> dict[str, dict[str, Any]]:
    """Return policy → its threshold and what it does, beside the policy in `options`.

    Parameters
    ----------
    test : Dataset
    probabilities : array of shape (n_test_rows,)
    totals : Sweep or None
        Of out-of-fold predictions, on which the thresholds are chosen; without them
        there are no alternatives.
    """
    if totals is None:
        return {}
    policies: tuple[Policy, ...] = ("cost", "max-f1")
    judged: dict[str, dict[str, Any]] = {}
    for policy in policies:
        if policy == options.policy:
            continue
        if policy == "cost" and not has_money(test, options):
            continue
        rule = choose_rule(
            replace(options, policy=policy),
            totals,
            transactions_per_day=population.transactions_per_day,
            amount=test.columns.amount,
        )
        if isinstance(rule, ThresholdRule):
            judged[policy] = _judged(rule, test, probabilities, options)
    return judged


def _judged(
    rule: ThresholdRule, test: Dataset, probabilities: Floats, options: DecisionOptions
) -> dict[str, Any]:
    weights = test.row_weights
    alerts = decide(rule, test, probabilities)
    caught = alerts & (test.labels == 1)
    figures = {
        "threshold": rule.threshold,
        "alerts": float(weights @ alerts),
        "true_positives": float(weights @ caught),
    }
    if has_money(test, options):
        saved = float((weights * losses_of(test, options)) @ caught)
        figures["savings"] = saved - options.review_cost * figures["alerts"]
    return figures
