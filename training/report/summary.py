"""A run's outcome on a terminal: the figures, why this model, and what to beware of."""

import textwrap
from collections.abc import Mapping
from typing import Any

from training.report.wording import cautions, in_money, why_in_words

#: Less than a terminal has: the demo sets it in by two.
WIDTH_COLUMNS = 78


def describe_outcome(metrics: Mapping[str, Any]) -> str:
    """Return a few lines on the contents of ``metrics.json``."""
    lines = [describe_metrics(metrics)]
    why = why_in_words(metrics)
    if why:
        lines.append(in_lines(why, "  "))
    lines += [in_lines(f"Caution: {said}", "  ") for said in cautions(metrics)]
    return "\n".join(lines)


def in_lines(text: str, indent: str = "", below: str = "") -> str:
    """Return a sentence in lines that fit, the second and later ones set in."""
    return textwrap.fill(
        text,
        WIDTH_COLUMNS,
        initial_indent=indent,
        subsequent_indent=(below or indent) + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def describe_metrics(metrics: Mapping[str, Any]) -> str:
    """Return a few lines on the contents of ``metrics.json``."""
    test, split = metrics["test"], metrics["split"]
    matrix = test["confusion_matrix"]
    rule = (
        f"at threshold {test['threshold']:.4g}"
        if test["threshold"] is not None
        else "by expected value"
    )
    frauds = "fraud" if split["test_frauds"] == 1 else "frauds"
    judged = (
        f"  {metrics['model']['name']}, judged on {split['test_rows']:,} rows "
        f"({split['test_frauds']:,} {frauds}), {split['protocol']} split"
    )
    lines = [judged, _ranking("", test)]
    if metrics["baseline"]["name"] != metrics["model"]["name"]:
        lines.append(_ranking("baseline: ", metrics["baseline"]["test"]))
    lines.append(
        f"  {rule}: {test['alerts']:,.0f} alerts, precision "
        f"{test['precision']:.3f}, recall {test['recall']:.3f}, F1 {test['f1']:.3f}\n"
        f"  frauds caught {matrix['true_positives']:,.0f}, "
        f"missed {matrix['false_negatives']:,.0f}; "
        f"false alarms {matrix['false_positives']:,.0f}, "
        f"left alone {matrix['true_negatives']:,.0f}"
    )
    if "savings" in test:
        lines.append(
            f"  saved {test['savings']:,.0f} of the {test['savings_oracle']:,.0f} "
            f"that an oracle would,\n    in the unit of the amounts{_at(metrics)}"
        )
    return "\n".join(lines)


def _at(metrics: Mapping[str, Any]) -> str:
    assumed = metrics.get("assumed")  # artifacts of before have none
    return f", at {in_money(assumed['review_cost'])} a review" if assumed else ""


def _ranking(whose: str, test: Mapping[str, Any]) -> str:
    low, high = test["intervals_95"]["average_precision"]
    return (
        f"  {whose}ROC-AUC {test['roc_auc']:.4f}, average precision "
        f"{test['average_precision']:.4f}\n    (95 % interval {low:.3f} to "
        f"{high:.3f}), Brier score {test['brier']:.5f}"
    )
