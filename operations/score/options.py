"""The options of ``fraud score``."""

import argparse
from pathlib import Path


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    options = argparse.ArgumentParser(
        prog="fraud score",
        description="Score transactions on a live endpoint and apply the published "
        "decision rule.",
        epilog="Example: fraud score --env dev --file demo/transactions/fraud.json",
    )
    where = options.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--env", help="environment; its table of histories is used where it has one"
    )
    where.add_argument("--endpoint", help="such as fraud-dev; without histories")
    options.add_argument(
        "--file",
        help="a row of the training table as JSON object, a list or lines of them, or "
        "a CSV; a list of values, or a CSV without a header, holds the model's columns "
        "in the manifest's order; - reads standard input (default with --env: the "
        "typical transaction that training wrote)",
    )
    options.add_argument(
        "--decision-rule-parameter",
        default="",
        metavar="NAME",
        help="SSM parameter that holds the decision rule (default: output "
        "DecisionRuleParameterName of the stack <endpoint>-serving)",
    )
    options.add_argument(
        "--explain",
        type=int,
        default=0,
        metavar="N",
        help="also show the N features that moved the score most",
    )
    whose = options.add_mutually_exclusive_group()
    whose.add_argument(
        "--transaction-id",
        metavar="ID",
        help="with histories: a retry under the same id counts once",
    )
    whose.add_argument(
        "--transaction-id-column",
        metavar="NAME",
        help="with histories: the same for several, by their ids; it is not sent",
    )
    options.add_argument(
        "--record",
        action=argparse.BooleanOptionalAction,
        help="with histories: count the transactions, or only read (default: count a "
        "single one, and several that have ids)",
    )
    shown = options.add_mutually_exclusive_group()
    shown.add_argument(
        "--show",
        default="",
        metavar="NAME[,NAME…]",
        help="columns to show beside the scores on the terminal, such as an order's "
        "id; of numbers as long as a card's, the last four digits",
    )
    shown.add_argument("--json", action="store_true", help="print JSON, not words")
    shown.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="write a new CSV: the rows in their order, with fraud_probability and "
        "alert appended, and the delimiter and decimal sign of the file",
    )
    return options
