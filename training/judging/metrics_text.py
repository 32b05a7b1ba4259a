"""The test part's figures in words, narrow enough for any terminal."""

from collections.abc import Mapping
from typing import Any


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
            "that an oracle would,\n    in the unit of the amounts"
        )
    return "\n".join(lines)


def _ranking(whose: str, test: Mapping[str, Any]) -> str:
    low, high = test["intervals_95"]["average_precision"]
    return (
        f"  {whose}ROC-AUC {test['roc_auc']:.4f}, average precision "
        f"{test['average_precision']:.4f}\n    (95 % interval {low:.3f} to "
        f"{high:.3f}), Brier score {test['brier']:.5f}"
    )
