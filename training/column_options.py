"""The options that say what the columns of the data are."""

import argparse
from typing import get_args

from artifact.timestamps import SECONDS_PER_UNIT
from training.columns import MOST_CATEGORIES, Columns, Unlabelled
from training.option_types import (
    Kinds,
    MissingValues,
    boolean,
    kinds,
    missing_values,
    names,
)


def add_columns(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what the columns of the data are."""
    add = parser.add_argument_group("columns of the data").add_argument
    default = Columns()
    add(
        "--label-column",
        default=default.label,
        metavar="NAME",
        help="fraud or not: 1 and 0, true and false, Y and N … (default: %(default)s)",
    )
    add(
        "--weight-column",
        default=default.weight,
        metavar="NAME",
        help="optional: how many rows one stands for (default: %(default)s)",
    )
    add(
        "--time-column",
        default=default.time,
        metavar="NAME",
        help="optional: timestamps, or seconds since any beginning (default: "
        "%(default)s)",
    )
    add(
        "--amount-column",
        default=default.amount,
        metavar="NAME",
        help="optional: what a transaction is worth (default: %(default)s)",
    )
    add(
        "--report-time-column",
        default=default.report_time,
        metavar="NAME",
        help="optional, with --split time: when a fraud was reported, empty for other "
        "rows; no feature",
    )
    add(
        "--drop-columns",
        default="",
        metavar="NAME[,NAME…]",
        help="columns that are not features",
    )
    add(
        "--entities",
        default="",
        metavar="NAME[,NAME…]",
        help="cards, customers, merchants, devices: no features themselves; their "
        "histories are, which are made with --split time only",
    )
    add(
        "--categories",
        default="",
        metavar="NAME[,NAME…]",
        help="columns of text that are features though they have more than "
        f"{MOST_CATEGORIES} values; the most frequent are kept",
    )
    add(
        "--kinds",
        type=kinds,
        default=Kinds(),
        metavar="FILE",
        help="JSON file, or JSON, of column name to kind (number, category, "
        "timestamp, entity), where the inferred kind is not wanted",
    )
    add(
        "--time-unit",
        choices=("", *SECONDS_PER_UNIT),
        default=default.time_unit,
        metavar="UNIT",
        help="unit of a time column that is a number: ns, us, ms, s, min, h or d "
        "(default: seconds)",
    )
    add(
        "--missing-values",
        type=missing_values,
        default=MissingValues(),
        metavar="N[,N…]",
        help="numbers and words that mean 'not known', such as -1 or unknown",
    )
    add(
        "--fraud-value",
        default=default.fraud_value,
        metavar="VALUE",
        help="value of the label that means fraud, where it is not plain",
    )
    add(
        "--unlabelled",
        choices=get_args(Unlabelled),
        default=default.unlabelled,
        help="rows without a label: refuse or drop them (default: %(default)s)",
    )
    add(
        "--answer-missing",
        type=boolean,
        default=default.answer_missing,
        nargs="?",
        const=True,
        metavar="BOOL",
        help="let the server answer null for a feature that never lacked a value "
        "in training, instead of refusing it",
    )


def columns_of(namespace: argparse.Namespace) -> Columns:
    """Turn parsed options into what is said of the columns."""
    return Columns(
        label=namespace.label_column,
        weight=namespace.weight_column,
        time=namespace.time_column,
        amount=namespace.amount_column,
        report_time=namespace.report_time_column,
        drop=names(namespace.drop_columns),
        entities=names(namespace.entities),
        categories=names(namespace.categories),
        kinds=namespace.kinds,
        time_unit=namespace.time_unit,
        missing_values=namespace.missing_values.numbers,
        missing_words=namespace.missing_values.words,
        fraud_value=namespace.fraud_value,
        unlabelled=namespace.unlabelled,
        answer_missing=namespace.answer_missing,
    )
