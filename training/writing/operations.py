"""A model's parts on their way to operations of a scorer.

Parts are recognised by the name of their class, so that nothing of scikit-learn is
imported here; what training does not make is refused by name.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from training.errors import TrainingError

Node = dict[str, Any]
INPUT: Node = {"op": "input"}


class Score(NamedTuple):
    """Operations of one classifier: log-odds below calibration, and probability."""

    margin: Node
    probability: Node


class Collected:
    """One model's arrays, and how its parts become operations on them.

    `with_gaps`: rows may lack values (NaN).
    """

    def __init__(
        self,
        classifiers: Mapping[str, Callable[["Collected", Any, Node], Score]],
        transformers: Mapping[str, Callable[["Collected", Any, Node], Node]],
        *,
        with_gaps: bool = False,
    ) -> None:
        self._classifiers = classifiers
        self._transformers = transformers
        self.with_gaps = with_gaps
        self.arrays: dict[str, npt.NDArray[np.generic]] = {}

    def add(self, **arrays: npt.NDArray[np.generic]) -> dict[str, str]:
        """Keep arrays under new names; returns those names."""
        names = {}
        for name, array in arrays.items():
            names[name] = f"{len(self.arrays)}_{name}"
            self.arrays[names[name]] = np.ascontiguousarray(array)
        return names

    def classifier(self, model: Any, of: Node) -> Score:  # noqa: ANN401 - any estimator
        """Operations of a fitted binary classifier."""
        score: Score = _find(self._classifiers, model)(self, model, of)
        return score

    def transformer(self, step: Any, of: Node) -> Node:  # noqa: ANN401 - any estimator
        """Operation of a fitted transformer."""
        node: Node = _find(self._transformers, step)(self, step, of)
        return node


def _find(table: Mapping[str, Callable[..., Any]], part: Any) -> Callable[..., Any]:  # noqa: ANN401
    name = type(part).__name__
    if name not in table:
        raise TrainingError(
            f"{name} has no form in scorer.npz; use one of {', '.join(sorted(table))}."
        )
    return table[name]
