"""``fraud history``: replay a table, add features, fill, report, erase."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from artifact.errors import ArtifactError
from artifact.history.asof import Table
from artifact.history.definition import HistoryDefinition
from artifact.history.replay import replay
from artifact.printable import printable
from cdk_app.settings import SettingsError, load
from operations.account.errors import OperationError
from operations.account.session import environment_session
from operations.history.erasing import erase, erase_transaction
from operations.history.opening import open_table
from operations.history.options import parser
from operations.history.reports import report, seen_delay, withdraw
from operations.history.seeding import seed
from operations.history.snapshots import fetch_snapshot


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        status = _COMMANDS[options.command](options)
    except (OperationError, ArtifactError, SettingsError) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return 1
    return status


def _replay(options: argparse.Namespace) -> int:
    definition, amounts, tables = _events(options)
    wrong = 0
    compared = replay(tables, amounts, definition)
    for entity, (rows, different, first) in zip(
        definition.entities, compared, strict=True
    ):
        print(f"{entity}: {rows:,} rows, {different:,} features differ")
        if first is not None:
            # No value: the sum of a day may be the amount of one transaction.
            print(f"  the first is {first.feature} in row {first.row + 1:,}")
        wrong += different
    return 1 if wrong else 0


def _features(options: argparse.Namespace) -> int:
    from operations.history.table_file import write_with_features  # noqa: PLC0415

    definition, _, tables = _events(options)
    write_with_features(options.data, options.output, definition, tables)
    added = len(definition.feature_names)
    print(f"{options.output}: {len(tables[0].codes):,} rows, {added} features added")
    return 0


def _events(
    options: argparse.Namespace,
) -> tuple[HistoryDefinition, npt.NDArray[np.float64], list[Table]]:
    # Arrow is needed here only, and slow to load.
    from operations.history.table_file import read_events  # noqa: PLC0415

    definition = HistoryDefinition(
        entities=tuple(options.entities.split(",")),
        time=options.time_column,
        amount=options.amount_column,
        label_delay_hours=options.label_delay_hours,
    )
    amounts, tables = read_events(
        options.data,
        definition,
        label=options.label_column,
        report_time=options.report_time_column,
        fraud_value=options.fraud_value,
        unlabelled=options.unlabelled,
    )
    return definition, amounts, tables


def _seed(options: argparse.Namespace) -> int:
    session = environment_session(load(options.env))
    with tempfile.TemporaryDirectory() as directory:
        definition, path = fetch_snapshot(session, options.env, Path(directory))
        table = open_table(session, options.env, definition)
        written = seed(table, path, lambda said: print(said, flush=True))
    print(
        f"{written:,} histories of the training data are in the table\n  {table.name}"
    )
    return 0


def _report(options: argparse.Namespace) -> int:
    table = open_table(environment_session(load(options.env)), options.env)
    transaction = _read(options.file)
    if options.withdraw:
        changed = withdraw(table, transaction, options.id)
        print("withdrawn" if changed else "there is no such report")
    else:
        changed = report(table, transaction, options.id, options.reported_at)
        print("reported" if changed else "was reported before")
        seen = seen_delay(table)
        if seen is not None:
            hours, reports = seen
            print(
                f"The last 30 days' reports ({reports:,}) came {hours / 24:.1f} days "
                "after their transactions on average; the model was trained with "
                f"{table.definition.label_delay_hours / 24:.1f}."
            )
    return 0


def _erase(options: argparse.Namespace) -> int:
    table = open_table(environment_session(load(options.env)), options.env)
    erased = (
        erase_transaction(table, options.transaction_id)
        if options.transaction_id is not None
        else erase(table, options.entity, options.value)
    )
    print("erased" if erased else "there is no such history")
    return 0


def _read(file: Path) -> dict[str, Any]:
    try:
        transaction = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        transaction = None
    if not isinstance(transaction, dict):
        raise OperationError(f"{file}: expected a JSON object, a transaction.")
    return transaction


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "replay": _replay,
    "features": _features,
    "seed": _seed,
    "report": _report,
    "erase": _erase,
}
