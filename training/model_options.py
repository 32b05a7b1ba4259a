"""The options of the models: which one, and its hyperparameters."""

import argparse

from training.option_types import (
    integer,
    number,
)
from training.options import (
    AUTO,
    MODEL_NAMES,
    ModelOptions,
)


def add_models(parser: argparse.ArgumentParser) -> None:
    """Add the options of the models."""
    add = parser.add_argument_group("models").add_argument
    default = ModelOptions()
    add(
        "--model",
        choices=(*MODEL_NAMES, AUTO),
        default=MODEL_NAMES[0],
        metavar="NAME",
        help="%(choices)s; the last trains all but xgboost and takes the best on "
        "out-of-fold predictions (default: %(default)s)",
    )
    positive, count = number(above=0), integer(at_least=1)
    for name, kind, words in (
        ("logistic_c", positive, "inverse strength of the L2 penalty"),
        ("boosting_iterations", count, "trees"),
        ("boosting_learning_rate", positive, "share of each tree"),
        ("boosting_leaves", integer(at_least=2), "most leaves of a tree"),
        ("boosting_l2", number(at_least=0), "L2 penalty of the leaves"),
        (
            "boosting_max_features",
            number(above=0, at_most=1),
            "share of the features a split chooses from",
        ),
        ("xgboost_iterations", count, "trees"),
        ("xgboost_learning_rate", positive, "share of each tree"),
        ("xgboost_depth", count, "most levels of a tree"),
        ("xgboost_bins", integer(at_least=2), "histogram bins of a feature"),
        (
            "xgboost_max_features",
            number(above=0, at_most=1),
            "share of the features a tree chooses from",
        ),
        ("xgboost_positive_weight", positive, "how many times a fraud counts"),
        ("trees", count, "trees of extra-trees"),
        ("network_units", count, "units of the hidden layer"),
        ("network_epochs", count, "passes over the data"),
        ("network_alpha", number(at_least=0), "L2 penalty"),
    ):
        add(
            f"--{name.replace('_', '-')}",
            type=kind,
            default=getattr(default, name),
            metavar="N" if kind is count else "X",
            help=f"{words} (default: %(default)s)",
        )
