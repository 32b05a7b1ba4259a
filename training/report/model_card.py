"""``model_card.md``: what the model is for, made of, and good for.

After Mitchell et al. 2019, Model Cards for Model Reporting.
"""

from collections.abc import Mapping
from typing import Any

_FIGURES = (
    ("average_precision", "average precision"),
    ("roc_auc", "ROC-AUC"),
    ("recall_at_fpr_0_1pct", "recall at 0.1 % false positives"),
    ("precision", "precision of the rule"),
    ("recall", "recall of the rule"),
    ("brier", "Brier score"),
    ("calibration_error", "calibration error"),
    ("savings", "saved by the rule"),
)


def render_model_card(metrics: Mapping[str, Any], config: Mapping[str, Any]) -> str:
    """Return the card of one artifact in Markdown."""
    model, data, split = metrics["model"], metrics["data"], metrics["split"]
    return f"""\
# Model card: {model["name"]}

## What it is for
Gives a card transaction a probability of being fraud, so that people review the
transactions where that pays. It is not meant to refuse a payment or to judge a
person by itself.

## Model
- {_members(model)}; calibration: {model["calibration"]}.
- Decision rule: `{config["decision_rule"]}`, chosen by the policy
  `{config["chosen_by"]["policy"]}` on {_chosen_on(config)}.
- Hyperparameters and library versions: `metrics.json` and `manifest.json`.

## Data
- {data["rows"]:,} rows, {data["frauds"]:,} frauds, SHA-256 `{data["sha256"]}`.
- They stand for {data["weighted_rows"]:,.0f} transactions with
  {data["weighted_frauds"]:,.0f} frauds
  ({data["weighted_frauds"] / data["weighted_rows"]:.3%}).
- {data["rows_with_features_seen_before"]:,} rows repeat the features of an earlier one;
  {split["test_rows_with_features_seen_in_training"]:,} test rows repeat a training row.

## How it was judged
{split["protocol"].capitalize()} split: learnt from {split["train_rows"]:,} rows, judged
on {split["test_rows"]:,} rows with {split["test_frauds"]:,} frauds that took no part in
any choice.

{_figures(metrics)}

95 % intervals are from {metrics["test"]["bootstrap_replicates"]} bootstrap replicates.
They speak of the rows that were drawn, not of a world that changes.

## Where it may fail
{_weakest(metrics)}
- Fraud adapts: judge it again on newer data, by the `time` split.
- A few dozen frauds in the test part leave wide intervals: two models whose intervals
  overlap have not been told apart.
- Values outside the training quantiles (`manifest.json`) are answered by extrapolation.
"""


def _members(model: Mapping[str, Any]) -> str:
    if len(model["members"]) > 1:
        return f"Soft vote of {' and '.join(model['members'])}"
    return f"A single model, {model['name']}"


def _chosen_on(config: Mapping[str, Any]) -> str:
    on: str = config["chosen_by"]["on"]
    return "no data: it was given" if on == "given" else on


def _figures(metrics: Mapping[str, Any]) -> str:
    test, baseline = metrics["test"], metrics["baseline"]
    head = ("figure", metrics["model"]["name"], "95 % interval", baseline["name"])
    lines = [f"| {' | '.join(head)} |", "|---|---|---|---|"]
    for name, words in _FIGURES:
        if name not in test:
            continue
        low, high = test["intervals_95"][name]
        lines.append(
            f"| {words} | {test[name]:,.4g} | {low:,.4g} to {high:,.4g} "
            f"| {baseline['test'][name]:,.4g} |"
        )
    return "\n".join(lines)


def _weakest(metrics: Mapping[str, Any]) -> str:
    """Name the slice in which the smallest share of the frauds is caught."""
    judged = [s for s in metrics["test"]["slices"] if s["recall"] is not None]
    if not judged:
        return "- No slice of the test part had both classes."
    weakest = min(judged, key=lambda s: s["recall"])
    return (
        f"- Lowest recall of all slices: {weakest['recall']:.1%} for {weakest['by']} "
        f"{weakest['name']} ({weakest['frauds']:,.0f} frauds)."
    )
