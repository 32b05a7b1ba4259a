"""The contents of ``metrics.json`` and ``config.json``."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from artifact.decision import ThresholdRule
from artifact.manifest import TrainingData
from training.experiment import Experiment, Trained
from training.judging.backtest import Window
from training.models.estimators import members
from training.options import Arguments

SCHEMA_VERSION = 1


def metrics_document(
    facts: TrainingData,
    experiment: Experiment,
    arguments: Arguments,
    backtest: Mapping[str, list[Window]],
) -> dict[str, Any]:
    """Return everything that was measured, and on what."""
    champion, baseline = experiment.champion, experiment.baseline
    counts = experiment.counts
    return {
        "schema_version": SCHEMA_VERSION,
        "model": {
            "name": champion.name,
            "requested": arguments.model,
            "members": list(members(champion.name)),
            "hyperparameters": asdict(arguments.options),
            "calibration": arguments.calibration if champion.calibrated else "none",
        },
        "data": {
            **asdict(facts),
            "histories_of": list(arguments.columns.entities)
            if arguments.has_histories
            else [],
            # The facts count all rows, the counts those that may be learnt from.
            "rows_only_for_histories": facts.rows - counts.rows
            if arguments.has_histories
            else 0,
            "weighted": counts.has_weights,
            "weighted_rows": counts.weighted_rows,
            "weighted_frauds": counts.weighted_frauds,
            "transactions_per_day": experiment.population.transactions_per_day,
            "rows_with_features_seen_before": counts.repeated_rows,
            "columns": [
                {"name": column.name, "kind": column.kind, "why": column.why}
                for column in experiment.parts.train.table
            ],
            "warnings": list(experiment.warnings),
        },
        "split": _describe_split(experiment, arguments),
        "assumed": {
            "review_cost": arguments.decision.review_cost,
            "fixed_loss_per_fraud": arguments.decision.fixed_loss_per_fraud,
            "alerts_per_day": arguments.decision.alerts_per_day,
        },
        "cross_validation": {
            name: {
                "average_precision": scores.average_precision,
                "standard_error": scores.standard_error,
                "folds": list(scores.fold_average_precision),
            }
            for name, scores in experiment.cross_validation.items()
        },
        "long_categories": asdict(experiment.long_categories)
        if experiment.long_categories
        else None,
        "test": _describe(champion),
        "alternatives": dict(champion.alternatives),
        "baseline": {"name": baseline.name, "test": _describe(baseline)},
        "backtest": {
            name: [asdict(window) for window in windows]
            for name, windows in backtest.items()
        },
    }


def config_document(experiment: Experiment, arguments: Arguments) -> dict[str, Any]:
    """Return the decision rule, how it was chosen, and what it is expected to do."""
    champion = experiment.champion
    rule, figures = champion.rule, champion.evaluation.figures
    fixed = arguments.decision.policy in ("fixed", "expected-value")
    return {
        "schema_version": SCHEMA_VERSION,
        "decision_threshold": rule.threshold
        if isinstance(rule, ThresholdRule)
        else None,
        "decision_rule": rule.as_dict(),
        "chosen_by": {
            "policy": arguments.decision.policy,
            **arguments.decision.parameters(),
            "on": "given" if fixed else experiment.chosen_on,
        },
        "expected": {
            name: figures[name]
            for name in (
                "alerts",
                "alert_rate",
                "alerts_per_day",
                "precision",
                "recall",
                "savings",
                "savings_oracle",
            )
            if name in figures
        },
    }


def _describe(model: Trained) -> dict[str, Any]:
    rule = model.rule
    threshold = rule.threshold if isinstance(rule, ThresholdRule) else None
    return {"threshold": threshold, **model.evaluation.as_dict()}


def _describe_split(experiment: Experiment, arguments: Arguments) -> dict[str, Any]:
    counts = experiment.counts
    return {
        **asdict(arguments.split),
        "train_rows": counts.train_rows,
        "train_frauds": counts.train_frauds,
        "test_rows": counts.test_rows,
        "test_frauds": counts.test_frauds,
        "test_rows_with_features_seen_in_training": counts.repeated_test_rows,
    }
