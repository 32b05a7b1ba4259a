"""A fitted model as plain arrays: read from ``scorer.npz``, scored by numpy.

The file holds a tree of operations in JSON (array ``graph``) and the arrays that it
names. It needs neither scikit-learn nor pickle, whatever the model is.
"""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from artifact.documents import parse_object, unreadable
from artifact.errors import ArtifactError
from artifact.scoring.steps import Arrays, Evaluate, build
from artifact.scoring.steps_on_one import build_one

GRAPH = "graph"
#: All arrays of a scorer together; a vote on deep trees has about 100 MB.
MAX_BYTES = 4 * 1024**3


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
        return Scorer(*_read(path))
    except OSError as error:
        raise unreadable(path.name, error) from None
    except Exception as error:  # noqa: BLE001 - numpy, zlib and zipfile raise anything
        raise ArtifactError(
            f"{path.name} is not a scorer that training wrote "
            f"({type(error).__name__}); train again."
        ) from None


def _read(path: Path) -> tuple[Mapping[str, Any], Arrays]:
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
            raise ValueError(f"more than {MAX_BYTES} bytes")
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    if any(array.dtype.kind not in "fiu" for array in arrays.values()):
        raise TypeError("an array of no numbers")
    return parse_object(arrays.pop(GRAPH).tobytes(), GRAPH), arrays
