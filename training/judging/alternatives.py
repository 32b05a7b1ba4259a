"""What the policies that were not asked for would have done on the test part."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from artifact.decision import ThresholdRule
from training.data.dataset import Dataset
from training.judging.evaluation import Population, has_money
from training.judging.metrics import Sums
from training.judging.sweep import Sweep
from training.judging.thresholds import choose_rule
from training.options import DecisionOptions, Policy


def other_rules(
    data: Dataset,
    totals: Sweep | None,
    options: DecisionOptions,
    population: Population,
) -> dict[str, ThresholdRule]:
    """Return policy → its rule, beside the policy in `options`.

    Parameters
    ----------
    data : Dataset
        What columns there are.
    totals : Sweep or None
        Of out-of-fold predictions, on which the thresholds are chosen; without them
        there are no alternatives.
    """
    if totals is None:
        return {}
    policies: tuple[Policy, ...] = ("cost", "max-f1")
    rules: dict[str, ThresholdRule] = {}
    for policy in policies:
        if policy == options.policy:
            continue
        if policy == "cost" and not has_money(data, options):
            continue
        rule = choose_rule(
            replace(options, policy=policy),
            totals,
            transactions_per_day=population.transactions_per_day,
            amount=data.columns.amount,
        )
        if isinstance(rule, ThresholdRule):
            rules[policy] = rule
    return rules


def alternatives(
    rules: Mapping[str, ThresholdRule],
    sums: Mapping[str, Sums],
    data: Dataset,
    options: DecisionOptions,
) -> dict[str, dict[str, Any]]:
    """Return policy → its threshold and what it does, by sums over the test part."""
    judged: dict[str, dict[str, Any]] = {}
    for policy, rule in rules.items():
        of_rule = sums[policy]
        judged[policy] = {
            "threshold": rule.threshold,
            "alerts": of_rule.alerts,
            "true_positives": of_rule.caught,
        }
        if has_money(data, options):
            savings = of_rule.saved - options.review_cost * of_rule.alerts
            judged[policy]["savings"] = savings
    return judged
