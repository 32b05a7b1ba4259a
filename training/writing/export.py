"""A fitted scikit-learn classifier → the arrays of `artifact.scoring.exported`.

Runs at training time. Models are told by the name of their class, so that nothing of
scikit-learn is imported here; what cannot be exported is refused by name.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from operator import methodcaller
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from artifact.errors import ArtifactError
from artifact.scoring.exported import GRAPH, ExportedModel
from artifact.scoring.steps import Arrays
from training.writing.tree_layout import Tree, lay_out

Node = dict[str, Any]
INPUT: Node = {"op": "input"}


class Score(NamedTuple):
    """Operations of one classifier: log-odds below calibration, and probability."""

    margin: Node
    probability: Node


class Export:
    """One model's operations and arrays, as they are collected."""

    def __init__(self) -> None:
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
        if step in ("passthrough", None):
            return of
        node: Node = _find(_TRANSFORMERS, step)(self, step, of)
        return node


def export(model: Any) -> tuple[Mapping[str, Any], Arrays]:  # noqa: ANN401 - any classifier
    """Graph and arrays of a fitted binary classifier.

    Raises
    ------
    ArtifactError
        If the model holds a part that cannot be exported.
    """
    collected = Export()
    score = collected.classifier(model, INPUT)
    return score._asdict(), collected.arrays


def write_exported(path: Path, model: Any) -> ExportedModel:  # noqa: ANN401 - any classifier
    """Write ``scorer.npz``; returns what it holds, ready to be compared."""
    graph, arrays = export(model)
    text = np.frombuffer(json.dumps(graph).encode(), np.uint8)
    with path.open("wb") as file:
        np.savez_compressed(file, **{GRAPH: text}, **arrays)  # type: ignore[arg-type]
    return ExportedModel(graph, arrays)


def _find(table: Mapping[str, Callable[..., Any]], part: Any) -> Callable[..., Any]:  # noqa: ANN401
    name = type(part).__name__
    if name not in table:
        raise ArtifactError(
            f"{name} cannot be exported to scorer.npz; use one of "
            f"{', '.join(sorted(table))}."
        )
    return table[name]


def _pipeline(export: Export, model: Any, of: Node) -> Score:  # noqa: ANN401
    return export.classifier(model.steps[-1][1], _transformers(export, model, of))


def _transformers(export: Export, pipeline: Any, of: Node, *, last: int = -1) -> Node:  # noqa: ANN401
    for _, step in pipeline.steps[:last]:
        of = export.transformer(step, of)
    return of


def _logistic_regression(export: Export, model: Any, of: Node) -> Score:  # noqa: ANN401
    names = export.add(weights=model.coef_[0])
    return _from_margin(
        {"op": "linear", "of": of, **names, "bias": float(model.intercept_[0])}
    )


def _histogram_boosting(export: Export, model: Any, of: Node) -> Score:  # noqa: ANN401
    if model.is_categorical_ is not None:
        raise ArtifactError(
            "HistGradientBoostingClassifier with categorical features cannot be "
            "exported to scorer.npz; declare them numeric."
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
    return _from_margin(_forest(export, trees, of, bias=baseline))


def _xgboost(export: Export, model: Any, of: Node) -> Score:  # noqa: ANN401
    """Trees as XGBoost saves them: left if a float32 is below the condition.

    A row goes right here if it is above the largest float32 below the condition.
    https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
    """
    learner = json.loads(model.get_booster().save_raw("json"))["learner"]
    prior = float(learner["learner_model_param"]["base_score"].strip("[]"))
    trees = []
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
    rounded = {"op": "float32", "of": of}
    bias = math.log(prior / (1.0 - prior))
    return _from_margin(_forest(export, trees, rounded, bias=bias))


def _exact_forest(export: Export, model: Any, of: Node) -> Score:  # noqa: ANN401
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
    rounded = {"op": "float32", "of": of}
    return _from_probability(_forest(export, trees, rounded, divisor=len(trees)))


def _network(export: Export, model: Any, of: Node) -> Score:  # noqa: ANN401
    layers = range(len(model.coefs_))
    weights = export.add(**{f"weights{i}": model.coefs_[i] for i in layers})
    biases = export.add(**{f"biases{i}": model.intercepts_[i] for i in layers})
    return _from_margin(
        {
            "op": "network",
            "of": of,
            "weights": list(weights.values()),
            "biases": list(biases.values()),
            "activation": model.activation,
        }
    )


def _soft_vote(export: Export, model: Any, of: Node) -> Score:  # noqa: ANN401
    if model.voting != "soft":
        raise ArtifactError(
            "VotingClassifier without voting='soft' gives no probabilities; set it."
        )
    parts = [export.classifier(part, of).probability for part in model.estimators_]
    weights = model._weights_not_none  # noqa: SLF001 - no public way
    weights = [1.0] * len(parts) if weights is None else [float(w) for w in weights]
    return _from_probability({"op": "mean", "of": parts, "weights": weights})


def _calibrated(export: Export, model: Any, of: Node) -> Score:  # noqa: ANN401
    margins, probabilities = [], []
    for calibrated in model.calibrated_classifiers_:
        below = export.classifier(calibrated.estimator, of)
        has_margin = hasattr(calibrated.estimator, "decision_function")
        margins.append(below.margin)
        probabilities.append(
            _calibration(
                export,
                calibrated.calibrators[0],
                below.margin if has_margin else below.probability,
            )
        )
    ones = [1.0] * len(margins)
    if len(margins) == 1:
        return Score(margins[0], probabilities[0])
    return Score(
        {"op": "mean", "of": margins, "weights": ones},
        {"op": "mean", "of": probabilities, "weights": ones},
    )


def _stack(export: Export, model: Any, of: Node) -> Score:  # noqa: ANN401
    """Export a calibrator as a stack: one model and what follows its probability."""
    if model.stack_method_ != ["predict_proba"] or model.passthrough:
        raise ArtifactError(
            "StackingClassifier can be exported to scorer.npz with one model, its "
            "predict_proba and no passthrough only."
        )
    below = export.classifier(model.estimators_[0], of)
    column = {"op": "column", "of": below.probability}
    after = export.classifier(model.final_estimator_, column)
    return Score(below.margin, after.probability)


def _calibration(export: Export, calibrator: Any, of: Node) -> Node:  # noqa: ANN401
    if hasattr(calibrator, "X_thresholds_"):
        return _isotonic(export, calibrator, of)
    return {
        "op": "sigmoid",
        "of": of,
        "slope": -float(calibrator.a_),
        "bias": -float(calibrator.b_),
    }


def _isotonic(export: Export, regression: Any, of: Node) -> Node:  # noqa: ANN401
    names = export.add(x=regression.X_thresholds_, y=regression.y_thresholds_)
    return {"op": "isotonic", "of": of, **names}


def _standard_scaler(export: Export, step: Any, of: Node) -> Node:  # noqa: ANN401
    width = step.n_features_in_
    mean = step.mean_ if step.with_mean else np.zeros(width)
    scale = step.scale_ if step.with_std else np.ones(width)
    return {"op": "scale", "of": of, **export.add(mean=mean, scale=scale)}


def _function(_export: Export, step: Any, of: Node) -> Node:  # noqa: ANN401
    function, arguments = step.func, step.kw_args or {}
    if function is None and not arguments:
        return of
    if function is np.clip and set(arguments) == {"a_min", "a_max"}:
        low, high = float(arguments["a_min"]), float(arguments["a_max"])
        return {"op": "clip", "of": of, "low": low, "high": high}
    if function is np.arcsinh and not arguments:
        return {"op": "arcsinh", "of": of}
    if isinstance(function, np.ufunc) and function.__name__ == "logit":
        return {"op": "logit", "of": of}
    if isinstance(function, methodcaller) and not arguments:
        method, *values = tuple(function.__reduce__()[1])
        if method == "__mod__" and len(values) == 1:
            return {"op": "modulo", "of": of, "divisor": float(values[0])}
    raise ArtifactError(
        "FunctionTransformer can be exported to scorer.npz with numpy.clip (a_min, "
        "a_max), numpy.arcsinh, scipy.special.logit or methodcaller('__mod__', n) only."
    )


def _column_transformer(export: Export, step: Any, of: Node) -> Node:  # noqa: ANN401
    everything = np.arange(step.n_features_in_)
    groups = [
        _group(export, part, everything[columns])
        for _, part, columns in step.transformers_
        if part != "drop"
    ]
    return {"op": "concatenate", "of": of, "groups": groups}


def _feature_union(export: Export, step: Any, of: Node) -> Node:  # noqa: ANN401
    parts = [part for _, part in step.transformer_list if part != "drop"]
    everything = np.arange(step.n_features_in_)
    groups = [_group(export, part, everything) for part in parts]
    return {"op": "concatenate", "of": of, "groups": groups}


def _group(export: Export, part: Any, columns: npt.NDArray[np.intp]) -> Node:  # noqa: ANN401
    """Columns and how they are transformed; every operation keeps their number."""
    return {**export.add(columns=columns), "by": export.transformer(part, INPUT)}


def _pipeline_of_transformers(export: Export, step: Any, of: Node) -> Node:  # noqa: ANN401
    return _transformers(export, step, of, last=len(step.steps))


def _from_margin(margin: Node) -> Score:
    return Score(margin, {"op": "expit", "of": margin})


def _from_probability(probability: Node) -> Score:
    return Score({"op": "margin", "of": probability}, probability)


def _forest(
    export: Export,
    trees: Iterable[Tree],
    of: Node,
    *,
    bias: float = 0.0,
    divisor: int = 1,
) -> Node:
    names = export.add(**lay_out(trees))
    return {"op": "forest", "of": of, "bias": bias, "divisor": divisor, **names}


_CLASSIFIERS: Mapping[str, Callable[[Export, Any, Node], Score]] = {
    "Pipeline": _pipeline,
    "LogisticRegression": _logistic_regression,
    "HistGradientBoostingClassifier": _histogram_boosting,
    "XGBoostClassifier": _xgboost,
    "ExtraTreesClassifier": _exact_forest,
    "RandomForestClassifier": _exact_forest,
    "MLPClassifier": _network,
    "VotingClassifier": _soft_vote,
    "CalibratedClassifierCV": _calibrated,
    "StackingClassifier": _stack,
}
_TRANSFORMERS: Mapping[str, Callable[[Export, Any, Node], Node]] = {
    "Pipeline": _pipeline_of_transformers,
    "StandardScaler": _standard_scaler,
    "FunctionTransformer": _function,
    "ColumnTransformer": _column_transformer,
    "FeatureUnion": _feature_union,
}
