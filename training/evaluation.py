"""Judge predicted probabilities against what happened, weighted when rows are."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    confusion_matrix,
    precision_recall_fscore_support,
    roc_auc_score,
)

from training.dataset import Dataset, Floats


@dataclass(frozen=True)
class ConfusionMatrix:
    """Counts, or sums of weights when rows are weighted."""

    true_negatives: float
    false_positives: float
    false_negatives: float
    true_positives: float


@dataclass(frozen=True)
class Metrics:
    """How good the probabilities are, and the alerts at one threshold."""

    roc_auc: float
    average_precision: float
    threshold: float
    precision: float
    recall: float
    f1: float
    alerts: float
    confusion_matrix: ConfusionMatrix


def evaluate(data: Dataset, probabilities: Floats, threshold: float) -> Metrics:
    """Compute the metrics of the fraud class.

    Parameters
    ----------
    data : Dataset
        With both classes.
    probabilities : float64 array of shape (n_rows,)
        Predicted for the rows of `data`.
    threshold : float
        A row with at least this probability is an alert.
    """
    alerts = probabilities >= threshold
    matrix = confusion_matrix(
        data.labels, alerts, labels=[0, 1], sample_weight=data.weights
    )
    tn, fp, fn, tp = (float(count) for count in np.ravel(matrix))
    precision, recall, f1, _ = precision_recall_fscore_support(
        data.labels,
        alerts,
        average="binary",
        sample_weight=data.weights,
        zero_division=0.0,
    )
    return Metrics(
        roc_auc=float(
            roc_auc_score(data.labels, probabilities, sample_weight=data.weights)
        ),
        average_precision=float(
            average_precision_score(
                data.labels, probabilities, sample_weight=data.weights
            )
        ),
        threshold=threshold,
        precision=float(precision),
        recall=float(recall),
        f1=float(f1),
        alerts=fp + tp,
        confusion_matrix=ConfusionMatrix(tn, fp, fn, tp),
    )
