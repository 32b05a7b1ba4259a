"""A fitted model as plain arrays: read from ``scorer.npz``, scored by numpy.

The file holds a tree of operations in JSON (array ``graph``) and the arrays that it
names. It needs neither scikit-learn nor pickle, whatever the model is.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from artifact.errors import ArtifactError
from artifact.scoring.steps import Arrays, Evaluate, build
from artifact.scoring.steps_on_one import build_one

GRAPH = "graph"


class Scorer:
    """Scores rows with the arrays of a fitted model.

    Parameters
    ----------
    graph : mapping
        ``probability`` is the operation that gives the answer, ``margin`` the part
        of it below the calibration, in log-odds, that reasons are drawn from.
    arrays : mapping of name to array

    Attributes
    ----------
    predict : callable
        Rows of shape (n_rows, n_features) → probabilities of shape (n_rows,).
    predict_one : callable
        The values of one row, in a tuple → its probability, several times faster.
    margin : callable
        Rows of shape (n_rows, n_features) → log-odds of shape (n_rows,).
    """

    def __init__(self, graph: Mapping[str, Any], arrays: Arrays) -> None:
        self.predict: Evaluate = build(graph["probability"], arrays)
        self.predict_one = build_one(graph["probability"], arrays)
        self.margin = build(graph["margin"], arrays)


def read_scorer(path: Path) -> Scorer:
    """Read ``scorer.npz``; nothing in the file is executed.

    Raises
    ------
    ArtifactError
        If the file is not one that training wrote.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        graph = json.loads(arrays.pop(GRAPH).tobytes())
        return Scorer(graph, arrays)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f"{path.name} is not a scorer that training wrote "
            f"({type(error).__name__}); train again."
        ) from None
