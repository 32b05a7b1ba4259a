"""Scores as a CSV: the file's rows in their order, each with what became of it."""

import csv
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from operations.account.errors import OperationError
from operations.client import Score
from operations.score.transactions import Transactions

#: The columns that are appended.
ADDED = ("fraud_probability", "alert")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_WORDS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def check_output(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Check that the scores of these rows can be written there.

    Raises
    ------
    OperationError
        If the file exists, its directory does not, or a row has a column of the same
        name as one that is appended.
    """
    if path.exists():
        raise OperationError(
            f"--output: expected a new file, {path} exists; remove it or name another."
        )
    if not path.parent.is_dir():
        raise OperationError(
            f"--output: expected a directory {path.parent}, found none; make it."
        )
    for name in ADDED:
        if any(name in row for row in rows):
            raise OperationError(
                f"--output: expected no column {name!r} among the transactions, which "
                "is appended; rename it."
            )


def write_scores(
    path: Path, transactions: Transactions, scores: Sequence[Score]
) -> str:
    """Write the file whole, readable by its owner alone, or nothing.

    It has the delimiter of the file that was read, and its decimal commas; returns how
    it is written in words, "" for commas and decimal points.

    Raises
    ------
    OperationError
        If it cannot be written.
    """
    rows, delimiter = transactions.rows, transactions.delimiter
    has_commas = delimiter != "," and any(
        isinstance(cell, str) and _DECIMAL_COMMA.fullmatch(cell)
        for row in rows
        for cell in row.values()
    )
    columns = list(dict.fromkeys(name for row in rows for name in row))
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            dir=path.parent,
            prefix=f".{path.name}-",
            encoding="utf-8",
            newline="",
            delete=False,
        ) as file:
            temporary = Path(file.name)
            writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
            writer.writerow([*columns, *ADDED])
            for row, score in zip(rows, scores, strict=True):
                cells = [_cell(row.get(name)) for name in columns]
                number = repr(score.fraud_probability)
                number = number.replace(".", ",") if has_commas else number
                writer.writerow([*cells, number, _cell(score.alert)])
        temporary.rename(path)
    except OSError as error:
        raise OperationError(
            f"--output: {path} cannot be written: {error.strerror}."
        ) from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    if delimiter == ",":
        return ""
    return _WORDS[delimiter] + (" and decimal commas" if has_commas else "")


def _cell(value: object) -> object:
    """Return a value as the text of a CSV has it: a gap is empty, truth as in JSON."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value
