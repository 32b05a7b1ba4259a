"""The models to choose from: plain scikit-learn, so that AWS's image serves them."""

from collections.abc import Callable, Mapping
from operator import methodcaller
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from training.data.dataset import SECONDS_PER_DAY, Columns
from training.errors import TrainingError
from training.options import MODEL_NAMES, ModelOptions

#: Standardised inputs of the network are cut here: one wild value must not decide.
NETWORK_INPUT_LIMIT = 5.0


#: Makes an unfitted pipeline whose last step is called "classify".
Recipe = Callable[[ModelOptions, tuple[str, ...], Columns], Pipeline]


def _logistic_regression(
    options: ModelOptions, _names: tuple[str, ...], _columns: Columns
) -> Pipeline:
    """Baseline: standardised features, classes balanced by weight."""
    classifier = LogisticRegression(
        C=options.logistic_c, class_weight="balanced", max_iter=1000
    )
    return Pipeline([("scale", StandardScaler()), ("classify", classifier)])


def _gradient_boosting(
    options: ModelOptions, names: tuple[str, ...], columns: Columns
) -> Pipeline:
    """Histogram boosting; its default early stopping fails on rare frauds."""
    classifier = HistGradientBoostingClassifier(
        learning_rate=options.boosting_learning_rate,
        max_iter=options.boosting_iterations,
        max_leaf_nodes=options.boosting_leaves,
        l2_regularization=options.boosting_l2,
        max_features=options.boosting_max_features,
        early_stopping=False,
        random_state=options.random_state,
    )
    return Pipeline([("prepare", _prepare(names, columns)), ("classify", classifier)])


def _xgboost(
    options: ModelOptions, names: tuple[str, ...], columns: Columns
) -> Pipeline:
    """Histogram boosting with as many bins as it is given; rows of frauds count more.

    Raises
    ------
    TrainingError
        If the package is not installed.
    """
    try:
        # AWS's image has it only when the job has brought it along.
        from training.models.xgboost_classifier import (  # noqa: PLC0415
            XGBoostClassifier,
        )
    except ImportError as error:
        raise TrainingError(
            "--model xgboost needs the package xgboost-cpu, which is not installed; "
            "run 'pip install xgboost-cpu', or choose another model."
        ) from error
    classifier = XGBoostClassifier(
        n_estimators=options.xgboost_iterations,
        learning_rate=options.xgboost_learning_rate,
        max_depth=options.xgboost_depth,
        max_bin=options.xgboost_bins,
        colsample_bytree=options.xgboost_max_features,
        scale_pos_weight=options.xgboost_positive_weight,
        tree_method="hist",
        random_state=options.random_state,
        n_jobs=1,
    )
    return Pipeline([("prepare", _prepare(names, columns)), ("classify", classifier)])


def _extra_trees(
    options: ModelOptions, names: tuple[str, ...], columns: Columns
) -> Pipeline:
    """Trees with random cuts at full resolution, where histograms stop at 255."""
    classifier = ExtraTreesClassifier(
        n_estimators=options.trees,
        criterion="entropy",
        random_state=options.random_state,
        n_jobs=1,
    )
    return Pipeline([("prepare", _prepare(names, columns)), ("classify", classifier)])


def _neural_network(
    options: ModelOptions, names: tuple[str, ...], columns: Columns
) -> Pipeline:
    """One hidden layer on standardised inputs."""
    limit = {"a_min": -NETWORK_INPUT_LIMIT, "a_max": NETWORK_INPUT_LIMIT}
    classifier = MLPClassifier(
        hidden_layer_sizes=(options.network_units,),
        activation="tanh",
        alpha=options.network_alpha,
        batch_size=1024,
        learning_rate_init=1e-3,
        max_iter=options.network_epochs,
        random_state=options.random_state,
    )
    return Pipeline(
        [
            ("prepare", _prepare(names, columns)),
            ("scale", StandardScaler()),
            ("limit", FunctionTransformer(np.clip, kw_args=limit)),
            ("classify", classifier),
        ]
    )


def _prepare(names: tuple[str, ...], columns: Columns) -> ColumnTransformer:
    """Hour of day instead of a time that only grows; the amount's logarithm.

    ``asinh`` is the logarithm for large amounts and defined for all.
    """
    steps: list[tuple[str, Any, list[int]]] = []
    if columns.time in names:
        time_of_day = FunctionTransformer(methodcaller("__mod__", SECONDS_PER_DAY))
        steps.append(("time_of_day", time_of_day, [names.index(columns.time)]))
    if columns.amount in names:
        steps.append(
            ("amount", FunctionTransformer(np.arcsinh), [names.index(columns.amount)])
        )
    return ColumnTransformer(steps, remainder="passthrough")


RECIPES: Mapping[str, Recipe] = {
    "logistic-regression": _logistic_regression,
    "neural-network": _neural_network,
    "gradient-boosting": _gradient_boosting,
    "xgboost": _xgboost,
    "extra-trees": _extra_trees,
}
#: Soft votes: the mean of their members' probabilities, by weight.
VOTES: Mapping[str, Mapping[str, float]] = {
    "vote": {"gradient-boosting": 2.0, "neural-network": 2.0, "extra-trees": 1.0}
}

#: What `auto` compares. XGBoost stands beside: AWS's image does not carry it.
CANDIDATES = tuple(name for name in MODEL_NAMES if name != "xgboost")


def members(name: str) -> tuple[str, ...]:
    """Return the models that a vote is made of, or the model itself."""
    return tuple(VOTES.get(name, (name,)))
