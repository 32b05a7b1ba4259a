"""The options of training, the same on a command line and as hyperparameters."""

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from training.dataset import Columns
from training.errors import TrainingError

#: The keys of `training.models.MODELS`, known here without importing scikit-learn.
MODEL_NAMES = ("logistic-regression",)


@dataclass(frozen=True)
class Arguments:
    """Everything that decides what training does, besides the data."""

    columns: Columns
    model: str
    logistic_c: float
    test_size: float
    random_state: int
    threshold: float


class _Parser(argparse.ArgumentParser):
    """A parser whose errors reach the job's failure reason."""

    def error(self, message: str) -> NoReturn:
        raise TrainingError(f"Wrong option: {message}; see --help.")


def build_parser(*, help_too: bool = True) -> argparse.ArgumentParser:
    """Return the parser of all options but the paths, which differ by where it runs.

    No name has only one letter: AWS's training toolkit passes those as ``-x``.
    """
    parser = _Parser(
        prog="python -m training.train",
        description="Train and evaluate a fraud model, and write its artifact.",
        allow_abbrev=False,
        add_help=help_too,
    )
    add = parser.add_argument
    add("--model", choices=MODEL_NAMES, default=MODEL_NAMES[0])
    add(
        "--logistic-c",
        type=_number(above=0),
        default=1.0,
        metavar="C",
        help="inverse strength of the L2 penalty, > 0 (default: 1.0)",
    )
    add(
        "--threshold",
        type=_number(at_least=0, at_most=1),
        default=0.5,
        metavar="P",
        help="probability from which a transaction is an alert (default: 0.5)",
    )
    add(
        "--test-size",
        type=_number(above=0, below=1),
        default=0.2,
        metavar="SHARE",
        help="share of the rows that is kept for testing (default: 0.2)",
    )
    add(
        "--random-state",
        type=int,
        default=42,
        metavar="SEED",
        help="seed of the split and of the model (default: 42)",
    )
    add(
        "--label-column",
        default=Columns.label,
        metavar="NAME",
        help="column that holds 1 for fraud and 0 otherwise (default: %(default)s)",
    )
    add(
        "--weight-column",
        default=Columns.weight,
        metavar="NAME",
        help="optional column: how many rows one stands for (default: %(default)s)",
    )
    add(
        "--drop-columns",
        default="",
        metavar="NAME[,NAME…]",
        help="columns that are not features",
    )
    return parser


def add_paths(parser: argparse.ArgumentParser) -> None:
    """Add the options for where to read and write, needed outside SageMaker only."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help="CSV, .csv.gz or Parquet file, or a directory of such parts; inside "
        "SageMaker the job's data channel",
    )
    parser.add_argument(
        "--model-dir",
        type=Path,
        metavar="DIR",
        help="where to write the artifact; inside SageMaker SM_MODEL_DIR",
    )


def to_arguments(namespace: argparse.Namespace) -> Arguments:
    """Turn parsed options into the arguments of training."""
    return Arguments(
        columns=Columns(
            label=namespace.label_column,
            weight=namespace.weight_column,
            drop=tuple(filter(None, namespace.drop_columns.split(","))),
        ),
        model=namespace.model,
        logistic_c=namespace.logistic_c,
        test_size=namespace.test_size,
        random_state=namespace.random_state,
        threshold=namespace.threshold,
    )


def as_hyperparameters(options: Sequence[str]) -> dict[str, str]:
    """Check options and return those given, as a job's hyperparameters.

    Raises
    ------
    TrainingError
        If an option is unknown or its value is refused.
    """
    parser = build_parser(help_too=False)
    given = vars(parser.parse_args(options))
    default = vars(parser.parse_args([]))
    return {
        name.replace("_", "-"): str(value)
        for name, value in given.items()
        if value != default[name]
    }


def _number(
    *,
    above: float | None = None,
    at_least: float | None = None,
    below: float | None = None,
    at_most: float | None = None,
) -> Callable[[str], float]:
    """Return a parser of numbers within limits, which refuses NaN too."""
    words = [
        f"{phrase} {limit:g}"
        for phrase, limit in (
            ("greater than", above),
            ("at least", at_least),
            ("less than", below),
            ("at most", at_most),
        )
        if limit is not None
    ]

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if (
            not math.isfinite(value)
            or (above is not None and value <= above)
            or (at_least is not None and value < at_least)
            or (below is not None and value >= below)
            or (at_most is not None and value > at_most)
        ):
            raise argparse.ArgumentTypeError(
                f"expected a number {' and '.join(words)}, got {text!r}"
            )
        return value

    return parse
