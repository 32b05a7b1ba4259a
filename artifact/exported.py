"""A fitted model as plain arrays: read from ``scorer.npz``, scored by numpy.

The file holds a tree of operations in JSON (array ``graph``) and the arrays that it
names. It needs neither scikit-learn nor pickle, whatever the model's make.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from artifact.errors import ArtifactError
from artifact.forest import Forest

Array = npt.NDArray[np.float64]
Arrays = Mapping[str, npt.NDArray[np.generic]]
Evaluate = Callable[[Array], Array]

GRAPH = "graph"
_TINY = 1e-9


class ExportedModel:
    """Scores rows with the arrays of an exported model.

    Parameters
    ----------
    graph : mapping
        ``probability`` is the operation that gives the answer, ``margin`` the part
        of it below the calibration, in log-odds, that reasons are drawn from.
    arrays : mapping of name to array
    """

    def __init__(self, graph: Mapping[str, Any], arrays: Arrays) -> None:
        self.predict = build(graph["probability"], arrays)
        self.margin = build(graph["margin"], arrays)


def read_exported(path: Path) -> ExportedModel:
    """Read an exported model; nothing in the file is executed.

    Raises
    ------
    ArtifactError
        If the file is not one that `artifact.export` wrote.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        graph = json.loads(arrays.pop(GRAPH).tobytes())
        return ExportedModel(graph, arrays)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f"{path.name} is not an exported model ({type(error).__name__}); "
            "train again."
        ) from None


def build(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    """Turn one operation, and those below it, into a function of rows."""
    return _OPERATIONS[node["op"]](node, arrays)


def expit(margin: Array) -> Array:
    """Logistic function, exact for large margins of either sign."""
    return np.exp(-np.logaddexp(0.0, -margin))


def margin_of(probability: Array) -> Array:
    """Log-odds; averaged votes may be 0 or 1 and are held `_TINY` from both."""
    held = np.minimum(np.maximum(probability, _TINY), 1.0 - _TINY)
    margin: Array = np.log(held / (1.0 - held))
    return margin


def _array(node: Mapping[str, Any], name: str, arrays: Arrays) -> Any:  # noqa: ANN401 - numpy's dtypes
    return arrays[node[name]]


def _input(_node: Mapping[str, Any], _arrays: Arrays) -> Evaluate:
    return lambda rows: rows


def _scale(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    mean, scale = _array(node, "mean", arrays), _array(node, "scale", arrays)
    return lambda rows: (below(rows) - mean) / scale


def _clip(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below, low, high = build(node["of"], arrays), node["low"], node["high"]
    # numpy.clip costs 8 µs more for one row.
    return lambda rows: np.minimum(np.maximum(below(rows), low), high)


def _columns(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below, chosen = build(node["of"], arrays), _array(node, "columns", arrays)
    return lambda rows: below(rows).take(chosen, axis=1)


def _concatenate(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    parts = [build(part, arrays) for part in node["of"]]
    return lambda rows: np.concatenate([part(rows) for part in parts], axis=1)


def _modulo(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below, divisor = build(node["of"], arrays), node["divisor"]
    return lambda rows: np.mod(below(rows), divisor)


def _linear(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    weights, bias = _array(node, "weights", arrays), node["bias"]
    return lambda rows: below(rows) @ weights + bias


def _forest(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    names = ("threshold", "left", "feature", "value", "root", "depth")
    forest = Forest({name: _array(node, name, arrays) for name in names})
    bias, divisor = node["bias"], node["divisor"]
    return lambda rows: (forest.sum_leaves(below(rows)) + bias) / divisor


def _network(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    weights = [arrays[name] for name in node["weights"]]
    biases = [arrays[name] for name in node["biases"]]
    activation = _ACTIVATIONS[node["activation"]]

    def evaluate(rows: Array) -> Array:
        layer: Any = below(rows)
        for matrix, bias in zip(weights[:-1], biases[:-1], strict=True):
            layer = activation(layer @ matrix + bias)
        margin: Array = (layer @ weights[-1] + biases[-1])[:, 0]
        return margin

    return evaluate


def _float32(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    """Round as scikit-learn's forests of exact splits do before they compare."""
    below = build(node["of"], arrays)
    return lambda rows: below(rows).astype(np.float32).astype(np.float64)


def _expit(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    return lambda rows: expit(below(rows))


def _margin(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    return lambda rows: margin_of(below(rows))


def _logit(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)

    def evaluate(rows: Array) -> Array:
        probability = below(rows)
        return np.log(probability / (1.0 - probability))

    return evaluate


def _arcsinh(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    return lambda rows: np.arcsinh(below(rows))


def _column(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    """Turn probabilities into the one column that a calibrator takes."""
    below = build(node["of"], arrays)
    return lambda rows: below(rows)[:, np.newaxis]


def _sigmoid(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below, slope, bias = build(node["of"], arrays), node["slope"], node["bias"]
    return lambda rows: expit(below(rows) * slope + bias)


def _isotonic(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    x, y = _array(node, "x", arrays), _array(node, "y", arrays)
    return lambda rows: np.interp(below(rows), x, y)


def _mean(node: Mapping[str, Any], arrays: Arrays) -> Evaluate:
    parts = [build(part, arrays) for part in node["of"]]
    weights, divisor = node["weights"], sum(node["weights"])

    def evaluate(rows: Array) -> Array:
        total: Array = np.zeros(len(rows))
        for part, weight in zip(parts, weights, strict=True):
            total += part(rows) * weight
        total /= divisor
        return total

    return evaluate


_ACTIVATIONS: Mapping[str, Evaluate] = {
    "relu": lambda layer: np.maximum(layer, 0.0),
    "tanh": np.tanh,
    "logistic": expit,
    "identity": lambda layer: layer,
}
_OPERATIONS: Mapping[str, Callable[[Mapping[str, Any], Arrays], Evaluate]] = {
    "input": _input,
    "scale": _scale,
    "clip": _clip,
    "columns": _columns,
    "concatenate": _concatenate,
    "modulo": _modulo,
    "linear": _linear,
    "float32": _float32,
    "forest": _forest,
    "network": _network,
    "expit": _expit,
    "margin": _margin,
    "logit": _logit,
    "arcsinh": _arcsinh,
    "column": _column,
    "sigmoid": _sigmoid,
    "isotonic": _isotonic,
    "mean": _mean,
}
