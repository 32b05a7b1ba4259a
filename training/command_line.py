"""The options of training, the same on a command line and as hyperparameters."""

import argparse
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import NoReturn, get_args

from artifact.history.definition import DEFAULT_LABEL_DELAY_HOURS
from training.column_options import add_columns, columns_of
from training.errors import OptionError
from training.model_options import add_models
from training.option_types import (
    boolean,
    integer,
    number,
)
from training.options import (
    POLICIES,
    PROTOCOLS,
    Arguments,
    Calibration,
    DecisionOptions,
    ModelOptions,
    SplitOptions,
)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors reach the job's failure reason."""

    def error(self, message: str) -> NoReturn:
        raise OptionError(f"Wrong option: {message}; see --help.")


def build_parser(*, help_too: bool = True) -> argparse.ArgumentParser:
    """Return the parser of all options but the paths, which differ by where it runs.

    No name has only one letter: AWS's training toolkit passes those as ``-x``. Every
    option takes a value, because every hyperparameter has one.
    """
    parser = _Parser(
        prog="fraud train",
        description="Train and evaluate a fraud model, and write its artifact.",
        allow_abbrev=False,
        add_help=help_too,
    )
    _add_split(parser)
    _add_decision(parser)
    add_columns(parser)
    add_models(parser)
    return parser


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``fraud train``, with paths."""
    command = build_parser()
    command.epilog = "Example: fraud train --data data.csv --model-dir out/"
    add_paths(command)
    return command


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
    """Turn parsed options into the arguments of training.

    Raises
    ------
    TrainingError
        If two options contradict each other.
    """
    given = vars(namespace)
    arguments = Arguments(
        columns=columns_of(namespace),
        model=namespace.model,
        options=ModelOptions(
            **{field.name: given[field.name] for field in fields(ModelOptions)}
        ),
        split=SplitOptions(
            protocol=namespace.split,
            test_size=namespace.test_size,
            random_state=namespace.random_state,
            label_delay_hours=_label_delay_hours(namespace),
            test_days=namespace.test_days,
        ),
        calibration=namespace.calibration,
        decision=DecisionOptions(
            policy=namespace.threshold_policy,
            threshold=namespace.threshold,
            review_cost=namespace.review_cost,
            fixed_loss_per_fraud=namespace.fixed_loss_per_fraud,
            alerts_per_day=namespace.alerts_per_day,
            min_precision=namespace.min_precision,
        ),
        backtest=namespace.backtest,
        measures_delay=bool(namespace.report_time_column)
        and namespace.label_delay_hours is None,
    )
    arguments.check()
    return arguments


def _label_delay_hours(namespace: argparse.Namespace) -> float:
    """Return the delay that was chosen, or the default with or without histories."""
    if namespace.label_delay_hours is not None:
        return float(namespace.label_delay_hours)
    has_histories = namespace.entities and namespace.split == "time"
    return DEFAULT_LABEL_DELAY_HOURS if has_histories else 0.0


def chosen_options(options: Sequence[str]) -> dict[str, str]:
    """Check options and return those given, name → value, as a job takes them.

    Raises
    ------
    TrainingError
        If an option is unknown or its value is refused.
    """
    parser = build_parser(help_too=False)
    given = vars(parser.parse_args(options))
    default = vars(parser.parse_args([]))
    return {
        name.replace("_", "-"): str(value).lower()
        if isinstance(value, bool)
        else str(value)
        for name, value in given.items()
        if value != default[name]
    }


def _add_split(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group(
        "what is learnt from and what is judged"
    ).add_argument
    add(
        "--split",
        choices=PROTOCOLS,
        default=PROTOCOLS[0],
        help="by chance, past and future, or by chance with equal rows on one side "
        "(default: %(default)s)",
    )
    add(
        "--test-size",
        type=number(above=0, below=1),
        default=SplitOptions.test_size,
        metavar="SHARE",
        help="share of the rows that is kept for testing (default: %(default)s)",
    )
    add(
        "--test-days",
        type=number(above=0),
        default=SplitOptions.test_days,
        metavar="DAYS",
        help="split by time: the last days are kept for testing, instead of a share",
    )
    add(
        "--random-state",
        type=integer(at_least=0),
        default=SplitOptions.random_state,
        metavar="SEED",
        help="seed of the split and of the models (default: %(default)s)",
    )
    add(
        "--label-delay-hours",
        type=number(at_least=0),
        metavar="HOURS",
        help="split by time: labels are known this late (default: 0; with --entities "
        f"{DEFAULT_LABEL_DELAY_HOURS:g}; the mean of --report-time-column if given)",
    )
    add(
        "--backtest",
        type=boolean,
        default=False,
        nargs="?",
        const=True,
        metavar="BOOL",
        help="judge the model on rolling windows through time as well",
    )


def _add_decision(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("probabilities and decisions").add_argument
    default = DecisionOptions()
    add(
        "--calibration",
        choices=get_args(Calibration),
        default=Arguments.calibration,
        help="Platt scaling of the log-odds, or the model's own (default: %(default)s)",
    )
    add(
        "--threshold-policy",
        choices=POLICIES,
        default=default.policy,
        metavar="POLICY",
        help="how the decision rule is chosen: %(choices)s (default: %(default)s)",
    )
    add(
        "--threshold",
        type=number(at_least=0, at_most=1),
        default=default.threshold,
        metavar="P",
        help="fixed: probability from which to alert (default: %(default)s)",
    )
    add(
        "--review-cost",
        type=number(at_least=0),
        default=default.review_cost,
        metavar="MONEY",
        help="cost and expected-value: of one review, in the currency of the amounts "
        "(default: %(default)s)",
    )
    add(
        "--fixed-loss-per-fraud",
        type=number(at_least=0),
        default=default.fixed_loss_per_fraud,
        metavar="MONEY",
        help="cost and expected-value: lost besides the amount (default: %(default)s)",
    )
    add(
        "--alerts-per-day",
        type=number(above=0),
        default=default.alerts_per_day,
        metavar="COUNT",
        help="alerts-per-day: how many can be reviewed (default: %(default)s)",
    )
    add(
        "--min-precision",
        type=number(above=0, at_most=1),
        default=default.min_precision,
        metavar="SHARE",
        help="precision: share of alerts that must be frauds (default: %(default)s)",
    )
