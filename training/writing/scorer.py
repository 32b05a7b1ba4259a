"""A fitted scikit-learn classifier → ``scorer.npz``, which serving scores with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from artifact.scoring.scorer import GRAPH, Scorer
from artifact.scoring.steps import Arrays
from training.writing.classifiers import CLASSIFIERS
from training.writing.operations import INPUT, Collected
from training.writing.transformers import TRANSFORMERS


def describe_scorer(
    model: Any,  # noqa: ANN401 - any classifier
    *,
    with_gaps: bool = False,
) -> tuple[Mapping[str, Any], Arrays]:
    """Return what `Scorer` takes, of a fitted binary classifier.

    Raises
    ------
    TrainingError
        If the model holds a part that a scorer has no operation for.
    """
    collected = Collected(CLASSIFIERS, TRANSFORMERS, with_gaps=with_gaps)
    score = collected.classifier(model, INPUT)
    return score._asdict(), collected.arrays


def write_scorer(
    path: Path,
    model: Any,  # noqa: ANN401 - any classifier
    *,
    with_gaps: bool = False,
) -> Scorer:
    """Write ``scorer.npz``, for rows with gaps or without; returns what it holds.

    Raises
    ------
    TrainingError
        As `describe_scorer`.
    """
    graph, arrays = describe_scorer(model, with_gaps=with_gaps)
    text = np.frombuffer(json.dumps(graph).encode(), np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(file, **{GRAPH: text}, **arrays)  # type: ignore[arg-type]
    return Scorer(graph, arrays)
