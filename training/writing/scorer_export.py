"""Write ``scorer.npz``, or nothing when it would not answer as the model does."""

from pathlib import Path

from artifact import layout
from artifact.decision import DecisionRule, ThresholdRule
from artifact.errors import ArtifactError
from artifact.scoring.parity import check_parity
from training.data.dataset import Floats
from training.errors import TrainingError
from training.writing.export import write_exported


def write_scorer(
    directory: Path, classifier: object, rows: Floats, rule: DecisionRule
) -> float:
    """Export a fitted classifier and compare both on `rows`.

    Returns the largest difference in probability.

    Raises
    ------
    TrainingError
        If the model cannot be exported, or the two disagree.
    """
    threshold = rule.threshold if isinstance(rule, ThresholdRule) else None
    try:
        exported = write_exported(directory / layout.SCORER, classifier)
        return check_parity(classifier, exported, rows, threshold)
    except ArtifactError as error:
        raise TrainingError(str(error)) from error
