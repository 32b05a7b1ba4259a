"""The options of ``fraud history``."""

import argparse
import math
from pathlib import Path

from artifact.history.definition import DEFAULT_LABEL_DELAY_HOURS

_MOST_HOURS = 87_600


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    options = argparse.ArgumentParser(
        prog="fraud history",
        description="Histories of cards, merchants and other entities: compare their "
        "offline and online form, fill the table, report frauds, erase an id.",
        epilog="Example: fraud history replay --data transactions.parquet --entities "
        "CARD,MERCHANT --time-column TIME --amount-column AMOUNT --label-column FRAUD",
    )
    commands = options.add_subparsers(dest="command", required=True, metavar="COMMAND")
    compare = commands.add_parser(
        "replay", help="play a table through the online form and compare all features"
    )
    add = commands.add_parser(
        "features",
        help="add the features as of each row to a table, for fraud batch",
        epilog="Example: fraud history features --data orders.csv --entities "
        "customer,device --time-column paid_at --amount-column amount --output "
        "with-histories.csv",
    )
    for command in (compare, add):
        _add_table(command)
    compare.add_argument("--label-column", default="Class", help="default: %(default)s")
    add.add_argument(
        "--label-column",
        default="",
        metavar="NAME",
        help="frauds that are known; by default none is",
    )
    add.add_argument(
        "--output", type=Path, required=True, help="CSV or Parquet file to write"
    )
    fill = commands.add_parser(
        "seed", help="fill the table with the histories of the deployed model's data"
    )
    report = commands.add_parser("report", help="add a fraud's report, or withdraw it")
    report.add_argument("--file", type=Path, required=True, help="the transaction")
    report.add_argument("--id", required=True, help="the transaction's id")
    when = report.add_mutually_exclusive_group(required=True)
    when.add_argument(
        "--reported-at",
        type=int,
        metavar="SECONDS",
        help="when, in the time of the transactions",
    )
    when.add_argument("--withdraw", action="store_true", help="it was no fraud")
    erase = commands.add_parser(
        "erase", help="delete the history of one id, or what was noted of a transaction"
    )
    whose = erase.add_mutually_exclusive_group(required=True)
    whose.add_argument("--entity", metavar="NAME", help="such as CARD; with --value")
    whose.add_argument(
        "--transaction-id",
        metavar="ID",
        help="what was noted for its retry, and the mark of its report",
    )
    erase.add_argument("--value", default="", help="the entity's id")
    for command in (fill, report, erase):
        command.add_argument("--env", default="dev", help="environment (default: dev)")
    return options


def _hours(text: str) -> float:
    """Read a delay."""
    try:
        hours = float(text)
    except ValueError:
        hours = math.nan
    if not 0 <= hours <= _MOST_HOURS:
        raise argparse.ArgumentTypeError(
            f"expected hours from 0 to {_MOST_HOURS:,}, ten years, got {text!r}"
        )
    return hours


def _add_table(command: argparse.ArgumentParser) -> None:
    """Add what is said of a table, in training's words."""
    add = command.add_argument
    add("--data", type=Path, required=True, help="CSV or Parquet file")
    add(
        "--entities",
        required=True,
        metavar="NAME[,NAME…]",
        help="columns of ids whose histories are features, as in training, such as "
        "CARD,MERCHANT",
    )
    add("--time-column", default="Time", help="default: %(default)s")
    add("--amount-column", default="Amount", help="default: %(default)s")
    add(
        "--fraud-value",
        default="",
        metavar="VALUE",
        help="value of the label that means fraud, where it is not plain",
    )
    add(
        "--unlabelled",
        choices=("refuse", "drop"),
        default="refuse",
        help="rows without a label: refuse them, or drop the label, so that they are "
        "payments and no known fraud (default: %(default)s)",
    )
    add(
        "--report-time-column",
        default="",
        metavar="NAME",
        help="optional: when a fraud was reported, empty for other rows",
    )
    add(
        "--label-delay-hours",
        type=_hours,
        default=DEFAULT_LABEL_DELAY_HOURS,
        metavar="HOURS",
        help="frauds are reported this late (default: %(default)g)",
    )
