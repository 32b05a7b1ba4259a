"""The test part's figures in words, narrow enough for any terminal."""

from collections.abc import Mapping
from typing import Any


def describe_metrics(metrics: Mapping[str, Any]) -> str:
    """Return a few lines on the contents of ``metrics.json``."""
    test, split = metrics["test"], metrics["split"]
    matrix = test["confusion_matrix"]
    return (
        f"  ROC-AUC {test['roc_auc']:.4f}, average precision "
        f"{test['average_precision']:.4f} "
        f"({split['test_frauds']:,} frauds in {split['test_rows']:,} rows)\n"
        f"  at threshold {test['threshold']:g}: {test['alerts']:,.0f} alerts, "
        f"precision {test['precision']:.3f}, recall {test['recall']:.3f}, "
        f"F1 {test['f1']:.3f}\n"
        f"  frauds caught {matrix['true_positives']:,.0f}, "
        f"missed {matrix['false_negatives']:,.0f}; "
        f"false alarms {matrix['false_positives']:,.0f}, "
        f"left alone {matrix['true_negatives']:,.0f}"
    )
