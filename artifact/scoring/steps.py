"""The operations that a scorer is made of, for many rows at once."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from artifact.scoring.forest import Forest
from artifact.scoring.table_steps import TABLE_OPERATIONS

Array = npt.NDArray[np.float64]
Arrays = Mapping[str, npt.NDArray[np.generic]]
Node = Mapping[str, Any]
Evaluate = Callable[[Array], Array]

_TINY = 1e-9
#: exp() of more is infinite.
LARGEST_EXPONENT = 709.0


def build(node: Node, arrays: Arrays) -> Evaluate:
    """Turn one operation, and those below it, into a function of rows."""
    if node["op"] in TABLE_OPERATIONS:
        return TABLE_OPERATIONS[node["op"]](node, arrays, build)
    return _OPERATIONS[node["op"]](node, arrays)


def expit(margin: Array) -> Array:
    """Logistic function, rounded as scipy rounds it.

    A calibration on log-odds magnifies the last bit of probabilities near 1.
    """
    return 1.0 / (1.0 + np.exp(np.minimum(-margin, LARGEST_EXPONENT)))


def margin_of(probability: Array) -> Array:
    """Log-odds; averaged votes may be 0 or 1 and are held `_TINY` from both."""
    held = np.minimum(np.maximum(probability, _TINY), 1.0 - _TINY)
    margin: Array = np.log(held / (1.0 - held))
    return margin


def _array(node: Mapping[str, Any], name: str, arrays: Arrays) -> Any:  # noqa: ANN401 - numpy's dtypes
    return arrays[node[name]]


def _input(_node: Node, _arrays: Arrays) -> Evaluate:
    return lambda rows: rows


def _scale(node: Node, arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    mean, scale = _array(node, "mean", arrays), _array(node, "scale", arrays)
    return lambda rows: (below(rows) - mean) / scale


def _clip(node: Node, arrays: Arrays) -> Evaluate:
    below, low, high = build(node["of"], arrays), node["low"], node["high"]
    # numpy.clip costs 8 µs more for one row.
    return lambda rows: np.minimum(np.maximum(below(rows), low), high)


def _concatenate(node: Node, arrays: Arrays) -> Evaluate:
    """Transform groups of columns each in its own way and put them side by side."""
    below = build(node["of"], arrays)
    groups = [np.asarray(arrays[group["columns"]], np.intp) for group in node["groups"]]
    chosen, start = np.concatenate(groups), 0
    changes: list[tuple[slice, Evaluate]] = []
    for group, columns in zip(node["groups"], groups, strict=True):
        if group["by"]["op"] != "input":
            place = slice(start, start + len(columns))
            changes.append((place, build(group["by"], arrays)))
        start += len(columns)

    def evaluate(rows: Array) -> Array:
        result: Array = below(rows).take(chosen, axis=1)
        for place, change in changes:
            result[:, place] = change(result[:, place])
        return result

    return evaluate


def _modulo(node: Node, arrays: Arrays) -> Evaluate:
    below, divisor = build(node["of"], arrays), node["divisor"]
    return lambda rows: np.mod(below(rows), divisor)


def _linear(node: Node, arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    weights, bias = _array(node, "weights", arrays), node["bias"]
    return lambda rows: below(rows) @ weights + bias


def _forest(node: Node, arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    names = ("threshold", "left", "feature", "value", "root", "depth")
    forest = Forest({name: _array(node, name, arrays) for name in names})
    bias, divisor = node["bias"], node["divisor"]
    return lambda rows: (forest.sum_leaves(below(rows)) + bias) / divisor


def _network(node: Node, arrays: Arrays) -> Evaluate:
    """Layers of tanh units and one linear unit at the end."""
    below = build(node["of"], arrays)
    weights = [arrays[name] for name in node["weights"]]
    biases = [arrays[name] for name in node["biases"]]

    def evaluate(rows: Array) -> Array:
        layer: Any = below(rows)
        for matrix, bias in zip(weights[:-1], biases[:-1], strict=True):
            layer = np.tanh(layer @ matrix + bias)
        margin: Array = (layer @ weights[-1] + biases[-1])[:, 0]
        return margin

    return evaluate


def _float32(node: Node, arrays: Arrays) -> Evaluate:
    """Round as scikit-learn's forests of exact splits do before they compare."""
    below = build(node["of"], arrays)
    return lambda rows: below(rows).astype(np.float32).astype(np.float64)


def _expit(node: Node, arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    return lambda rows: expit(below(rows))


def _margin(node: Node, arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    return lambda rows: margin_of(below(rows))


def _logit(node: Node, arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)

    def evaluate(rows: Array) -> Array:
        probability = below(rows)
        return np.log(probability / (1.0 - probability))

    return evaluate


def _arcsinh(node: Node, arrays: Arrays) -> Evaluate:
    below = build(node["of"], arrays)
    return lambda rows: np.arcsinh(below(rows))


def _column(node: Node, arrays: Arrays) -> Evaluate:
    """Turn probabilities into the one column that a calibrator takes."""
    below = build(node["of"], arrays)
    return lambda rows: below(rows)[:, np.newaxis]


def _mean(node: Node, arrays: Arrays) -> Evaluate:
    parts = [build(part, arrays) for part in node["of"]]
    weights, divisor = node["weights"], sum(node["weights"])

    def evaluate(rows: Array) -> Array:
        total: Array = np.zeros(len(rows))
        for part, weight in zip(parts, weights, strict=True):
            total += part(rows) * weight
        total /= divisor
        return total

    return evaluate


_OPERATIONS: Mapping[str, Callable[[Node, Arrays], Evaluate]] = {
    "input": _input,
    "scale": _scale,
    "clip": _clip,
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
    "mean": _mean,
}
