"""The same operations for one row: plain floats from where one number is left.

A call of numpy costs about a microsecond however little it computes, so the chain of
logistic functions and calibrations after the model costs more than the model.
"""

import math
from collections.abc import Callable, Mapping
from operator import mul
from typing import cast

import numpy as np

from artifact.scoring.steps import LARGEST_EXPONENT, Array, Arrays, Node, build

#: Rows of shape (1, n_features) → one number.
EvaluateOne = Callable[[Array], float]


def build_one(node: Node, arrays: Arrays) -> Callable[[tuple[float, ...]], float]:
    """Turn an operation that leaves one number per row into a function of one row."""
    linear = _only_model(node)
    if linear is not None and linear["op"] == "linear":
        margin = _plain_linear(linear, arrays)
        if margin is not None:
            # No array is ever made: the chain hands the tuple down to the model.
            return cast(
                "Callable[[tuple[float, ...]], float]",
                _build(node, arrays, {id(linear): cast("EvaluateOne", margin)}),
            )
    evaluate = _build(node, arrays, {})
    return lambda values: evaluate(np.array((values,), np.float64))


def _build(node: Node, arrays: Arrays, made: Mapping[int, EvaluateOne]) -> EvaluateOne:
    if id(node) in made:
        return made[id(node)]
    make = _OPERATIONS.get(node["op"])
    if make is not None:
        return make(node, arrays, made)
    many = build(node, arrays)
    return lambda rows: float(many(rows)[0])


def _only_model(node: Node) -> Node | None:
    """Return the operation that the chain of one-number operations begins with."""
    while node["op"] in ("column", "clip", "logit", "expit") or (
        node["op"] == "linear" and _leaves_one_number(node["of"])
    ):
        node = node["of"]
    return None if node["op"] == "mean" else node


def _plain_linear(
    node: Node, arrays: Arrays
) -> Callable[[tuple[float, ...]], float] | None:
    """Fold the scaling into the weights, when nothing else comes before them."""
    weights = cast("Array", arrays[node["weights"]])
    bias, below = node["bias"], node["of"]
    if below["op"] == "scale" and below["of"]["op"] == "input":
        weights = weights / cast("Array", arrays[below["scale"]])
        bias -= float(weights @ cast("Array", arrays[below["mean"]]))
    elif below["op"] != "input":
        return None
    plain: list[float] = weights.tolist()
    return lambda values: sum(map(mul, plain, values)) + bias


def expit(margin: float) -> float:
    """Logistic function of one number, as `steps.expit`."""
    return 1.0 / (1.0 + math.exp(min(-margin, LARGEST_EXPONENT)))


def _leaves_one_number(node: Node) -> bool:
    """Whether the operation works on the single column of a calibrator."""
    if node["op"] == "column":
        return True
    return node["op"] in ("clip", "logit") and _leaves_one_number(node["of"])


def _column(node: Node, arrays: Arrays, made: Mapping[int, EvaluateOne]) -> EvaluateOne:
    return _build(node["of"], arrays, made)


def _clip(node: Node, arrays: Arrays, made: Mapping[int, EvaluateOne]) -> EvaluateOne:
    below, low, high = _build(node["of"], arrays, made), node["low"], node["high"]
    return lambda rows: min(max(below(rows), low), high)


def _logit(node: Node, arrays: Arrays, made: Mapping[int, EvaluateOne]) -> EvaluateOne:
    below = _build(node["of"], arrays, made)

    def evaluate(rows: Array) -> float:
        probability = below(rows)
        if 0.0 < probability < 1.0:
            return math.log(probability / (1.0 - probability))
        return math.inf if probability >= 1.0 else -math.inf

    return evaluate


def _linear(node: Node, arrays: Arrays, made: Mapping[int, EvaluateOne]) -> EvaluateOne:
    weights, bias = arrays[node["weights"]], node["bias"]
    if _leaves_one_number(node["of"]):
        below_one, weight = _build(node["of"], arrays, made), float(weights[0])
        return lambda rows: below_one(rows) * weight + bias
    below = build(node["of"], arrays)
    vector = cast("Array", weights)
    return lambda rows: float((below(rows) @ vector)[0]) + bias


def _expit(node: Node, arrays: Arrays, made: Mapping[int, EvaluateOne]) -> EvaluateOne:
    below = _build(node["of"], arrays, made)
    return lambda rows: expit(below(rows))


def _mean(node: Node, arrays: Arrays, made: Mapping[int, EvaluateOne]) -> EvaluateOne:
    parts = [_build(part, arrays, made) for part in node["of"]]
    weights, divisor = node["weights"], sum(node["weights"])

    def evaluate(rows: Array) -> float:
        total = 0.0
        for part, weight in zip(parts, weights, strict=True):
            total += part(rows) * weight
        return total / divisor

    return evaluate


_OPERATIONS: Mapping[str, Callable[..., EvaluateOne]] = {
    "column": _column,
    "clip": _clip,
    "logit": _logit,
    "linear": _linear,
    "expit": _expit,
    "mean": _mean,
}
