"""A fitted scikit-learn classifier → ``scorer.npz``, which serving scores with.

Models are recognised by the name of their class, so that nothing of scikit-learn is
imported here; what training does not make is refused by name.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from operator import methodcaller
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from artifact.scoring.scorer import GRAPH, Scorer
from artifact.scoring.steps import Arrays
from training.errors import TrainingError
from training.writing.gaps import route_gaps
from training.writing.tree_layout import Tree, lay_out

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

    def __init__(self, *, with_gaps: bool = False) -> None:
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
        score: Score = _find(_CLASSIFIERS, model)(self, model, of)
        return score

    def transformer(self, step: Any, of: Node) -> Node:  # noqa: ANN401 - any estimator
        """Operation of a fitted transformer."""
        node: Node = _find(_TRANSFORMERS, step)(self, step, of)
        return node


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
    collected = Collected(with_gaps=with_gaps)
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


def _find(table: Mapping[str, Callable[..., Any]], part: Any) -> Callable[..., Any]:  # noqa: ANN401
    name = type(part).__name__
    if name not in table:
        raise TrainingError(
            f"{name} has no form in scorer.npz; use one of {', '.join(sorted(table))}."
        )
    return table[name]


def _pipeline(collected: Collected, model: Any, of: Node) -> Score:  # noqa: ANN401
    return collected.classifier(model.steps[-1][1], _transformers(collected, model, of))


def _transformers(
    collected: Collected,
    pipeline: Any,  # noqa: ANN401
    of: Node,
    *,
    last: int = -1,
) -> Node:
    for _, step in pipeline.steps[:last]:
        of = collected.transformer(step, of)
    return of


def _logistic_regression(collected: Collected, model: Any, of: Node) -> Score:  # noqa: ANN401
    names = collected.add(weights=model.coef_[0])
    return _from_margin(
        {"op": "linear", "of": of, **names, "bias": float(model.intercept_[0])}
    )


def _histogram_boosting(collected: Collected, model: Any, of: Node) -> Score:  # noqa: ANN401
    if model.is_categorical_ is not None:
        raise TrainingError(
            "HistGradientBoostingClassifier with categorical features has no form in "
            "scorer.npz; declare them numeric."
        )
    trees = [
        Tree(
            left=np.where(nodes["is_leaf"], -1, nodes["left"].astype(np.intp)),
            right=nodes["right"].astype(np.intp),
            feature=nodes["feature_idx"],
            threshold=nodes["num_threshold"],
            value=nodes["value"],
        )
        for (predictor,) in model._predictors  # noqa: SLF001 - no public way
        for nodes in (predictor.nodes,)
    ]
    baseline = float(model._baseline_prediction.item())  # noqa: SLF001 - no public way
    if collected.with_gaps:
        go_left = [
            predictor.nodes["missing_go_to_left"].astype(bool)
            for (predictor,) in model._predictors  # noqa: SLF001 - no public way
        ]
        trees, of = _with_gaps(collected, trees, go_left, model.n_features_in_, of)
    return _from_margin(_forest(collected, trees, of, bias=baseline))


def _xgboost(collected: Collected, model: Any, of: Node) -> Score:  # noqa: ANN401
    """Trees as XGBoost saves them: left if a float32 is below the condition.

    A row goes right here if it is above the largest float32 below the condition.
    https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
    """
    learner = json.loads(model.get_booster().save_raw("json"))["learner"]
    prior = float(learner["learner_model_param"]["base_score"].strip("[]"))
    trees, go_left = [], []
    for saved in learner["gradient_booster"]["model"]["trees"]:
        conditions = np.array(saved["split_conditions"], np.float32)
        below = np.nextafter(conditions, np.float32(-np.inf))
        trees.append(
            Tree(
                left=np.array(saved["left_children"], np.intp),
                right=np.array(saved["right_children"], np.intp),
                feature=np.array(saved["split_indices"], np.intp),
                threshold=below.astype(np.float64),
                value=conditions.astype(np.float64),
            )
        )
        go_left.append(np.array(saved["default_left"], bool))
    rounded: Node = {"op": "float32", "of": of}
    if collected.with_gaps:
        width = model.n_features_in_
        trees, rounded = _with_gaps(collected, trees, go_left, width, rounded)
    bias = math.log(prior / (1.0 - prior))
    return _from_margin(_forest(collected, trees, rounded, bias=bias))


def _exact_forest(collected: Collected, model: Any, of: Node) -> Score:  # noqa: ANN401
    trees = []
    for estimator in model.estimators_:
        tree = estimator.tree_
        votes = tree.value[:, 0, :]
        trees.append(
            Tree(
                left=tree.children_left,
                right=tree.children_right,
                feature=tree.feature,
                threshold=tree.threshold,
                value=votes[:, 1] / votes.sum(axis=1),
            )
        )
    rounded: Node = {"op": "float32", "of": of}
    if collected.with_gaps:
        go_left = [e.tree_.missing_go_to_left.astype(bool) for e in model.estimators_]
        width = model.n_features_in_
        trees, rounded = _with_gaps(collected, trees, go_left, width, rounded)
    return _from_probability(_forest(collected, trees, rounded, divisor=len(trees)))


def _with_gaps(
    collected: Collected,
    trees: list[Tree],
    go_left: list[npt.NDArray[np.bool_]],
    n_features: int,
    of: Node,
) -> tuple[list[Tree], Node]:
    """Send rows without a value where each tree sends them."""
    trees, columns = route_gaps(trees, go_left, n_features)
    if not len(columns):
        return trees, of
    return trees, {"op": "gaps_right", "of": of, **collected.add(columns=columns)}


def _network(collected: Collected, model: Any, of: Node) -> Score:  # noqa: ANN401
    layers = range(len(model.coefs_))
    weights = collected.add(**{f"weights{i}": model.coefs_[i] for i in layers})
    biases = collected.add(**{f"biases{i}": model.intercepts_[i] for i in layers})
    return _from_margin(
        {
            "op": "network",
            "of": of,
            "weights": list(weights.values()),
            "biases": list(biases.values()),
        }
    )


def _soft_vote(collected: Collected, model: Any, of: Node) -> Score:  # noqa: ANN401
    parts = [collected.classifier(part, of).probability for part in model.estimators_]
    return _from_probability(
        {"op": "mean", "of": parts, "weights": list(map(float, model.weights))}
    )


def _stack(collected: Collected, model: Any, of: Node) -> Score:  # noqa: ANN401
    """Describe a calibrated model: a stack of one, and what follows its probability."""
    below = collected.classifier(model.estimators_[0], of)
    column = {"op": "column", "of": below.probability}
    after = collected.classifier(model.final_estimator_, column)
    return Score(below.margin, after.probability)


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
    return _transformers(collected, step, of, last=len(step.steps))


def _from_margin(margin: Node) -> Score:
    return Score(margin, {"op": "expit", "of": margin})


def _from_probability(probability: Node) -> Score:
    return Score({"op": "margin", "of": probability}, probability)


def _forest(
    collected: Collected,
    trees: Iterable[Tree],
    of: Node,
    *,
    bias: float = 0.0,
    divisor: int = 1,
) -> Node:
    names = collected.add(**lay_out(trees))
    return {"op": "forest", "of": of, "bias": bias, "divisor": divisor, **names}


_CLASSIFIERS: Mapping[str, Callable[[Collected, Any, Node], Score]] = {
    "Pipeline": _pipeline,
    "LogisticRegression": _logistic_regression,
    "HistGradientBoostingClassifier": _histogram_boosting,
    "XGBoostClassifier": _xgboost,
    "ExtraTreesClassifier": _exact_forest,
    "MLPClassifier": _network,
    "VotingClassifier": _soft_vote,
    "StackingClassifier": _stack,
}
_TRANSFORMERS: Mapping[str, Callable[[Collected, Any, Node], Node]] = {
    "Pipeline": _pipeline_of_transformers,
    "StandardScaler": _standard_scaler,
    "FunctionTransformer": _function,
    "ColumnTransformer": _column_transformer,
    "OneHotEncoder": _one_hot,
    "SimpleImputer": _impute,
}
