"""The models to choose from: plain scikit-learn, so that AWS's image serves them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from artifact.columns import Column
from training.columns import Columns
from training.errors import TrainingError
from training.models.encoding import encode, prepare
from training.options import MODEL_NAMES, ModelOptions

#: Standardised inputs of the network are cut here: one wild value must not decide.
NETWORK_INPUT_LIMIT = 5.0


#: Makes an unfitted pipeline whose last step is called "classify", from the options,
#: the features' columns in their order, and what is said of the columns.
Recipe = Callable[[ModelOptions, tuple[Column, ...], Columns], Pipeline]


def _logistic_regression(
    options: ModelOptions, inputs: tuple[Column, ...], columns: Columns
) -> Pipeline:
    """Baseline: standardised features, classes balanced by weight."""
    classifier = LogisticRegression(
        C=options.logistic_c, class_weight="balanced", max_iter=1000
    )
    steps = list(_dense(inputs, columns, with_amount=False))
    return Pipeline([*steps, ("scale", StandardScaler()), ("classify", classifier)])


def _gradient_boosting(
    options: ModelOptions, inputs: tuple[Column, ...], columns: Columns
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
    return Pipeline(
        [("prepare", prepare(inputs, columns)[0]), ("classify", classifier)]
    )


def _xgboost(
    options: ModelOptions, inputs: tuple[Column, ...], columns: Columns
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
        # A tree's columns depend on its number alone, as on several hosts.
        seed_per_iteration=True,
        n_jobs=1,
    )
    return Pipeline(
        [("prepare", prepare(inputs, columns)[0]), ("classify", classifier)]
    )


def _extra_trees(
    options: ModelOptions, inputs: tuple[Column, ...], columns: Columns
) -> Pipeline:
    """Trees with random cuts at full resolution, where histograms stop at 255."""
    classifier = ExtraTreesClassifier(
        n_estimators=options.trees,
        criterion="entropy",
        random_state=options.random_state,
        n_jobs=1,
    )
    return Pipeline(
        [("prepare", prepare(inputs, columns)[0]), ("classify", classifier)]
    )


def _neural_network(
    options: ModelOptions, inputs: tuple[Column, ...], columns: Columns
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
            *_dense(inputs, columns, with_amount=True),
            ("scale", StandardScaler()),
            ("limit", FunctionTransformer(np.clip, kw_args=limit)),
            ("classify", classifier),
        ]
    )


def _dense(
    inputs: tuple[Column, ...], columns: Columns, *, with_amount: bool
) -> Iterator[tuple[str, Any]]:
    """Yield the steps before scaling, for models that take no codes and no gaps.

    The baseline takes plain numbers as they are.
    """
    if all(column.is_plain for column in inputs):
        if with_amount:
            yield "prepare", prepare(inputs, columns)[0]
        return
    prepared, codes = prepare(inputs, columns, with_amount=with_amount)
    yield "prepare", prepared
    yield "encode", encode(codes)


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
