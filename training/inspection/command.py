"""Command: ``fraud inspect --data FILE``."""

import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from artifact.columns import Kind
from artifact.timestamps import text_of_seconds
from training.columns import Columns
from training.command_line import columns_of
from training.data.counts import Counts
from training.data.kinds import Found
from training.data.reading import check_columns, faults_of, find_kinds, read_dataset
from training.data.split import split
from training.data.tables import Table, column_names, find_files, read_table
from training.data.words import shown
from training.errors import TrainingError
from training.inspection.options import parser
from training.judging.evaluation import describe_population
from training.judging.guards import check_span, find_warnings
from training.options import SplitOptions

_LABELS = re.compile(
    r"(is_?|tx_?|event_?)?(fraud|class|label|target)(_?(bool|flag|label))?",
    re.IGNORECASE,
)
_AMOUNTS = re.compile(r".*(amt|amount|price|value|total).*", re.IGNORECASE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        path: Path = options.data
        files = find_files(path)
        columns = _with_label(column_names(files[0]), columns_of(options))
        check_columns(files, columns)
        table = read_table(files)
        found = find_kinds(table, columns)
        columns = _with_roles(found, columns)
        print("\n".join(describe(table, found)))
        wrong = faults_of(table, found, columns)
        wrong += [] if wrong else _looks_wrong(path, columns)
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if wrong:
        print("\nLooks wrong:")
        print("\n".join(f"- {sentence}" for sentence in wrong))
    print(f"\nNext:\n  {next_command(path, columns, options)}")
    return 0


def describe(table: Table, found: Sequence[Found]) -> list[str]:
    """Return the columns in lines of at most 80 characters, values of none but few."""
    lines = [f"{len(table.data):,} rows, {len(found)} columns"]
    lines += [f"  {note}" for note in table.notes]
    lines += ["", f"  {'column':22} {'kind':10} {'gaps':>6}  holds; the model gets"]
    for item in found:
        name = shown(item.column.name).strip("'")
        gaps = ""
        if item.values is not None and np.isnan(item.values).any():
            gaps = f"{np.isnan(item.values).mean():.1%}"
        what = f"{_holds(item)}; {_gets(item)}" if _gets(item) else item.column.why
        lines.append(f"  {name[:22]:22} {item.column.kind:10} {gaps:>6}  {what}"[:80])
        if _gets(item) and item.column.kind is not Kind.NUMBER:
            lines.append(f"  {'':41}({item.column.why})"[:80])
    return lines


def _holds(item: Found) -> str:
    """Range of numbers and moments, count of categories."""
    values = item.values
    if values is None or np.isnan(values).all():
        return ""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if item.column.kind is Kind.TIMESTAMP:
        return f"{text_of_seconds(low)[:10]} to {text_of_seconds(high)[:10]}"
    if item.column.kind is Kind.CATEGORY:
        return f"{item.distinct} values"
    return f"{low:.6g} to {high:.6g}"


def _gets(item: Found) -> str:
    return {
        Kind.NUMBER: "the number",
        Kind.CATEGORY: "a code",
        Kind.TIMESTAMP: "hour, weekday",
    }.get(item.column.kind, "")


def _with_label(names: Sequence[str], columns: Columns) -> Columns:
    """Take the column that is called like a label where the named one is absent."""
    if columns.label in names or columns.label != Columns.label:
        return columns
    likely = [name for name in names if _LABELS.fullmatch(name)]
    return replace(columns, label=likely[0]) if len(likely) == 1 else columns


def _with_roles(found: Sequence[Found], columns: Columns) -> Columns:
    """Take the first timestamp as the time, and what is called so as the amount."""
    names = [item.column.name for item in found]
    if columns.time not in names and columns.time == Columns.time:
        moments = [i.column.name for i in found if i.column.kind is Kind.TIMESTAMP]
        columns = replace(columns, time=moments[0]) if moments else columns
    if columns.amount not in names and columns.amount == Columns.amount:
        amounts = [
            i.column.name
            for i in found
            if i.column.kind is Kind.NUMBER and _AMOUNTS.fullmatch(i.column.name)
        ]
        columns = replace(columns, amount=amounts[0]) if amounts else columns
    return columns


def _looks_wrong(path: Path, columns: Columns) -> list[str]:
    try:
        data = read_dataset(path, columns)
        population = describe_population(data)
        check_span(data, population)
        parts = split(data, SplitOptions())
        return list(find_warnings(data, parts, population, Counts.of(data, parts)))
    except TrainingError as error:
        return [str(error)]


def next_command(path: Path, columns: Columns, options: object) -> str:
    """Return the command that trains on this table."""
    words = ["fraud", "train", "--data", str(path), "--model-dir", "out"]
    default = Columns()
    for option, name, usual in (
        ("--label-column", columns.label, default.label),
        ("--time-column", columns.time, default.time),
        ("--amount-column", columns.amount, default.amount),
        ("--weight-column", columns.weight, default.weight),
        ("--drop-columns", ",".join(columns.drop), ""),
        ("--entities", ",".join(columns.entities), ""),
        ("--categories", ",".join(columns.categories), ""),
        ("--kinds", str(getattr(options, "kinds", "")), "{}"),
        ("--time-unit", columns.time_unit, ""),
        ("--missing-values", ",".join(f"{v:g}" for v in columns.missing_values), ""),
        ("--fraud-value", columns.fraud_value, ""),
        ("--unlabelled", columns.unlabelled, default.unlabelled),
    ):
        if name != usual:
            words += [option, name]
    return shlex.join(words)
