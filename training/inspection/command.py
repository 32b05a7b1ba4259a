"""Command: ``fraud inspect --data FILE``."""

import shlex
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from artifact.printable import printable
from training.column_options import columns_of
from training.columns import Columns
from training.data.data_files import find_files
from training.errors import TrainingError
from training.inspection.look import Look, look_at, recognise
from training.inspection.options import parser
from training.inspection.table import describe
from training.option_types import MissingValues
from training.options import SplitOptions
from training.scikit_learn import import_scikit_learn, without_pandas

_WIDTH = 80


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        path: Path = options.data
        files = find_files(path)
        with without_pandas():
            import_scikit_learn()
            columns = recognise(files, columns_of(options))
            look = look_at(files, columns, SplitOptions())
    except TrainingError as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return 1
    print("\n".join(describe(look)))
    _print_list("Noticed", look.noticed)
    _print_list("Must be changed", look.faults)
    _print_list("Looks wrong", look.warnings)
    _print_list("May be added", [f"{option}: {what}" for option, what in look.options])
    given = _options_to_train(look, columns, str(options.kinds))
    data = ["--data", str(path)]
    print("\nNext:")
    print(_command(["fraud", "train", *data, "--model-dir", "out", *given]))
    print(_command(["fraud", "launch", "--env", "dev", *data, *given]))
    return 1 if look.faults else 0


def _options_to_train(look: Look, columns: Columns, kinds: str) -> list[str]:
    """Return the options of both commands; a launch takes entities by time only."""
    if not columns.entities:
        return options_of(columns, kinds)
    # Whether a sample's rows fill histories is not known: the launch says it.
    if look.fills_histories or look.table.is_sample:
        return [*options_of(columns, kinds), "--split", "time"]
    left_out = tuple(dict.fromkeys((*columns.drop, *columns.entities)))
    return options_of(replace(columns, entities=(), drop=left_out), kinds)


def _command(words: Sequence[str]) -> str:
    """Return a command as a shell takes it, in lines that fit where they can."""
    options: list[list[str]] = [[]]
    for word in words:
        if word.startswith("--"):
            options.append([])
        options[-1].append(word)
    lines = ["  " + shlex.join(options[0])]
    for option in map(shlex.join, options[1:]):
        if len(f"{lines[-1]} {option} \\") <= _WIDTH:
            lines[-1] += f" {option}"
        else:
            lines.append(f"    {option}")
    return " \\\n".join(lines)


def _print_list(title: str, sentences: Sequence[str]) -> None:
    if sentences:
        print(f"\n{title}:")
    for sentence in sentences:
        print(
            textwrap.fill(
                printable(sentence),
                _WIDTH,
                initial_indent="- ",
                subsequent_indent="  ",
                break_long_words=False,
                break_on_hyphens=False,
            )
        )


def options_of(columns: Columns, kinds: str = "{}") -> list[str]:
    """Return the options that say what these columns say."""
    default, words = Columns(), []
    missing = MissingValues(columns.missing_values, columns.missing_words)
    for option, given, usual in (
        ("--label-column", columns.label, default.label),
        ("--time-column", columns.time, default.time),
        ("--amount-column", columns.amount, default.amount),
        ("--weight-column", columns.weight, default.weight),
        ("--report-time-column", columns.report_time, default.report_time),
        ("--drop-columns", ",".join(columns.drop), ""),
        ("--entities", ",".join(columns.entities), ""),
        ("--categories", ",".join(columns.categories), ""),
        ("--kinds", kinds, "{}"),
        ("--time-unit", columns.time_unit, ""),
        ("--missing-values", str(missing), ""),
        ("--fraud-value", columns.fraud_value, ""),
        ("--unlabelled", columns.unlabelled, default.unlabelled),
    ):
        if given != usual:
            words += [f"{option}={given}"] if given.startswith("-") else [option, given]
    return words + (["--answer-missing"] if columns.answer_missing else [])
