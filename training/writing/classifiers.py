"""Fitted classifiers → operations of a scorer."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from training.errors import TrainingError
from training.writing.operations import Collected, Node, Score
from training.writing.transformers import transformed
from training.writing.tree_layout import Tree, lay_out, route_gaps


def _pipeline(collected: Collected, model: Any, of: Node) -> Score:  # noqa: ANN401
    return collected.classifier(model.steps[-1][1], transformed(collected, model, of))


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


CLASSIFIERS: Mapping[str, Callable[[Collected, Any, Node], Score]] = {
    "Pipeline": _pipeline,
    "LogisticRegression": _logistic_regression,
    "HistGradientBoostingClassifier": _histogram_boosting,
    "XGBoostClassifier": _xgboost,
    "ExtraTreesClassifier": _exact_forest,
    "MLPClassifier": _network,
    "VotingClassifier": _soft_vote,
    "StackingClassifier": _stack,
}
