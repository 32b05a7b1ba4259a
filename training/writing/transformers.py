"""Fitted transformers → operations of a scorer."""

from collections.abc import Callable, Mapping
from operator import methodcaller
from typing import Any

import numpy as np
import numpy.typing as npt

from training.errors import TrainingError
from training.writing.operations import INPUT, Collected, Node


def transformed(
    collected: Collected,
    pipeline: Any,  # noqa: ANN401
    of: Node,
    *,
    last: int = -1,
) -> Node:
    """Operations of a pipeline's transformers, one after another."""
    for _, step in pipeline.steps[:last]:
        of = collected.transformer(step, of)
    return of


def _standard_scaler(collected: Collected, step: Any, of: Node) -> Node:  # noqa: ANN401
    names = collected.add(mean=step.mean_, scale=step.scale_)
    return {"op": "scale", "of": of, **names}


def _function(_collected: Collected, step: Any, of: Node) -> Node:  # noqa: ANN401
    function, arguments = step.func, step.kw_args or {}
    if function is None:  # a fitted ColumnTransformer's "passthrough"
        return of
    if function is np.clip and set(arguments) == {"a_min", "a_max"}:
        low, high = float(arguments["a_min"]), float(arguments["a_max"])
        return {"op": "clip", "of": of, "low": low, "high": high}
    if function is np.diff and not arguments:
        return {"op": "difference", "of": of}
    if function is np.arcsinh and not arguments:
        return {"op": "arcsinh", "of": of}
    if isinstance(function, np.ufunc) and function.__name__ == "logit":
        return {"op": "logit", "of": of}
    if isinstance(function, methodcaller) and not arguments:
        method, *values = tuple(function.__reduce__()[1])
        operation = {"__mod__": "modulo", "__floordiv__": "floor_divide"}.get(method)
        if operation and len(values) == 1:
            return {"op": operation, "of": of, "divisor": float(values[0])}
    raise TrainingError(
        "FunctionTransformer has a form in scorer.npz with numpy.clip (a_min, a_max), "
        "numpy.arcsinh, numpy.diff, scipy.special.logit, or methodcaller of '__mod__' "
        "or '__floordiv__' only."
    )


def _column_transformer(collected: Collected, step: Any, of: Node) -> Node:  # noqa: ANN401
    everything = np.arange(step.n_features_in_)
    groups = [
        _group(collected, part, everything[columns])
        for _, part, columns in step.transformers_
    ]
    same_width = all(_keeps_width(group["by"]) for group in groups)
    operation = "concatenate" if same_width else "assemble"
    return {"op": operation, "of": of, "groups": groups}


def _keeps_width(node: Node) -> bool:
    """Whether an operation gives as many columns as it takes."""
    if node["op"] == "input":
        return True
    return node["op"] not in ("difference", "one_hot", "impute") and _keeps_width(
        node["of"]
    )


def _one_hot(collected: Collected, step: Any, of: Node) -> Node:  # noqa: ANN401
    sizes = [len(categories) for categories in step.categories_]
    columns = np.repeat(np.arange(len(sizes)), sizes)
    values = np.concatenate([c.astype(np.float64) for c in step.categories_])
    return {"op": "one_hot", "of": of, **collected.add(columns=columns, values=values)}


def _impute(collected: Collected, step: Any, of: Node) -> Node:  # noqa: ANN401
    indicated = np.asarray(step.indicator_.features_, np.int64)
    fill = np.asarray(step.statistics_, np.float64)
    return {"op": "impute", "of": of, **collected.add(fill=fill, indicated=indicated)}


def _group(collected: Collected, part: Any, columns: npt.NDArray[np.intp]) -> Node:  # noqa: ANN401
    """Columns and how they are transformed."""
    return {**collected.add(columns=columns), "by": collected.transformer(part, INPUT)}


def _pipeline_of_transformers(collected: Collected, step: Any, of: Node) -> Node:  # noqa: ANN401
    return transformed(collected, step, of, last=len(step.steps))


TRANSFORMERS: Mapping[str, Callable[[Collected, Any, Node], Node]] = {
    "Pipeline": _pipeline_of_transformers,
    "StandardScaler": _standard_scaler,
    "FunctionTransformer": _function,
    "ColumnTransformer": _column_transformer,
    "OneHotEncoder": _one_hot,
    "SimpleImputer": _impute,
}
