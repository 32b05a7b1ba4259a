"""The same operations for one row: plain floats from where one number is left.

A call of numpy costs about a microsecond however little it computes, so the chain of
logistic functions and calibrations after the model costs more than the model.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import cast

from artifact.operations import LARGEST_EXPONENT, Array, Arrays, Node, build

#: Rows of shape (1, n_features) → one number.
EvaluateOne = Callable[[Array], float]


def build_one(node: Node, arrays: Arrays) -> EvaluateOne:
    """Turn an operation that leaves one number per row into a function of one row."""
    make = _OPERATIONS.get(node["op"])
    if make is not None:
        return make(node, arrays)
    many = build(node, arrays)
    return lambda rows: float(many(rows)[0])


def expit(margin: float) -> float:
    """Logistic function of one number, as `operations.expit`."""
    return 1.0 / (1.0 + math.exp(min(-margin, LARGEST_EXPONENT)))


def _leaves_one_number(node: Node) -> bool:
    """Whether the operation works on the single column of a calibrator."""
    if node["op"] == "column":
        return True
    return node["op"] in ("clip", "logit") and _leaves_one_number(node["of"])


def _column(node: Node, arrays: Arrays) -> EvaluateOne:
    return build_one(node["of"], arrays)


def _clip(node: Node, arrays: Arrays) -> EvaluateOne:
    below, low, high = build_one(node["of"], arrays), node["low"], node["high"]
    return lambda rows: min(max(below(rows), low), high)


def _logit(node: Node, arrays: Arrays) -> EvaluateOne:
    below = build_one(node["of"], arrays)

    def evaluate(rows: Array) -> float:
        probability = below(rows)
        if 0.0 < probability < 1.0:
            return math.log(probability / (1.0 - probability))
        return math.inf if probability >= 1.0 else -math.inf

    return evaluate


def _linear(node: Node, arrays: Arrays) -> EvaluateOne:
    weights, bias = arrays[node["weights"]], node["bias"]
    if _leaves_one_number(node["of"]):
        below_one, weight = build_one(node["of"], arrays), float(weights[0])
        return lambda rows: below_one(rows) * weight + bias
    below = build(node["of"], arrays)
    vector = cast("Array", weights)
    return lambda rows: float((below(rows) @ vector)[0]) + bias


def _forest(node: Node, arrays: Arrays) -> EvaluateOne:
    many = build({**node, "bias": 0.0, "divisor": 1}, arrays)
    bias, divisor = node["bias"], node["divisor"]
    return lambda rows: (float(many(rows)[0]) + bias) / divisor


def _expit(node: Node, arrays: Arrays) -> EvaluateOne:
    below = build_one(node["of"], arrays)
    return lambda rows: expit(below(rows))


def _sigmoid(node: Node, arrays: Arrays) -> EvaluateOne:
    below, slope, bias = build_one(node["of"], arrays), node["slope"], node["bias"]
    return lambda rows: expit(below(rows) * slope + bias)


def _isotonic(node: Node, arrays: Arrays) -> EvaluateOne:
    below = build_one(node["of"], arrays)
    x: list[float] = arrays[node["x"]].tolist()
    y: list[float] = arrays[node["y"]].tolist()
    last = len(x) - 1

    def evaluate(rows: Array) -> float:
        value = below(rows)
        right = bisect_right(x, value)
        if right == 0:
            return y[0]
        if right > last:
            return y[last]
        left = right - 1
        slope = (y[right] - y[left]) / (x[right] - x[left])
        return slope * (value - x[left]) + y[left]

    return evaluate


def _mean(node: Node, arrays: Arrays) -> EvaluateOne:
    parts = [build_one(part, arrays) for part in node["of"]]
    weights, divisor = node["weights"], sum(node["weights"])

    def evaluate(rows: Array) -> float:
        total = 0.0
        for part, weight in zip(parts, weights, strict=True):
            total += part(rows) * weight
        return total / divisor

    return evaluate


_OPERATIONS: Mapping[str, Callable[[Node, Arrays], EvaluateOne]] = {
    "column": _column,
    "clip": _clip,
    "logit": _logit,
    "linear": _linear,
    "forest": _forest,
    "expit": _expit,
    "sigmoid": _sigmoid,
    "isotonic": _isotonic,
    "mean": _mean,
}
