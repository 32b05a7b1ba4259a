"""Read transactions from a file: an object, a list, JSON Lines or a CSV."""

import csv
import io
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from operations.account.errors import OperationError
from operations.named_values import named

_EXPECTED = (
    "a row of the training table as a JSON object or a list of the model's values, a "
    "list of such rows, one in each line, or a CSV"
)
_DELIMITERS = ",;\t|"
_NUMBER = re.compile(r"[-+]?[0-9]*[.,]?[0-9]+(?:[eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Transactions:
    """Rows of the training table, as a file holds them.

    Attributes
    ----------
    rows : list of dict
        Column name → value, in the file's order; before `with_names`, some may be lists
        of the model's values.
    is_single : bool
        Whether the file holds one object, and no list of one.
    are_texts : bool
        Whether every value is the text of a cell, whose meaning the endpoint knows.
    """

    rows: list[Any]
    is_single: bool = False
    are_texts: bool = False

    @property
    def has_lists(self) -> bool:
        """Whether a row is a list of the model's values, without names."""
        return any(isinstance(row, list) for row in self.rows)

    def with_names(
        self, names: Sequence[str], entities: Sequence[str]
    ) -> "Transactions":
        """Return the transactions with lists named by the model's columns.

        Raises
        ------
        OperationError
            Naming the row that has more or fewer values; as `named`.
        """
        rows = []
        for number, row in enumerate(self.rows, 1):
            try:
                is_list = isinstance(row, list)
                rows.append(named(row, names, entities) if is_list else row)
            except OperationError as error:
                raise OperationError(f"Transaction {number:,}: {error}") from None
        return replace(self, rows=rows)


def read_transactions(file: str) -> Transactions:
    """Read a file, or standard input for ``-``.

    Raises
    ------
    OperationError
        If it cannot be read or holds something else.
    """
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        text = _text_of(data).strip()
    except OSError as error:
        raise OperationError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise OperationError(
            f"{file} cannot be read: it is no text; write it as UTF-8."
        ) from None
    if not text:
        raise OperationError(f"{file}: expected {_EXPECTED}, found nothing.")
    if text[0] in "{[":
        return _read_json(file, text)
    return Transactions(_read_csv(file, text), are_texts=True)


def _text_of(data: bytes) -> str:
    """Decode as training does: UTF-8, Excel's UTF-16, or else Latin-1."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("windows-1252")


def _read_json(file: str, text: str) -> Transactions:
    try:
        value = json.loads(text)
    except RecursionError:
        raise OperationError(
            f"{file}: expected {_EXPECTED}, found lists or objects nested too deep."
        ) from None
    except ValueError:
        return Transactions(_read_lines(file, text))
    if not value:
        raise OperationError(f"{file}: expected {_EXPECTED}, found nothing in it.")
    if isinstance(value, dict) or not isinstance(value[0], dict | list):
        return Transactions([value], is_single=True)
    for number, row in enumerate(value, 1):
        if not isinstance(row, dict | list):
            raise OperationError(
                f"{file}, item {number}: expected a row of the training table, a JSON "
                "object or a list, found something else."
            )
    return Transactions(value)


def _read_lines(file: str, text: str) -> list[Any]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict | list):
            raise OperationError(
                f"{file}, line {number}: expected {_EXPECTED}, found something else."
            )
        rows.append(row)
    return rows


def _read_csv(file: str, text: str) -> list[Any]:
    first_line = text.splitlines()[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        header, *records = [
            [cell.strip() for cell in record] for record in reader if record
        ]
    except csv.Error:
        raise OperationError(
            f"{file}, line {reader.line_num}: expected {_EXPECTED}, found something "
            "else."
        ) from None
    if not _is_header(header):
        return [header, *records]
    if len(set(header)) < len(header):
        raise OperationError(
            f"{file}: its header has a column name twice; name each column once."
        )
    if not records:
        raise OperationError(f"{file} has a header and no row; add transactions.")
    for number, record in enumerate(records, 1):
        if len(record) != len(header):
            raise OperationError(
                f"{file}, row {number}: expected {len(header)} cells, as the header "
                f"has, found {len(record)}."
            )
    return [dict(zip(header, record, strict=True)) for record in records]


def _is_header(cells: Sequence[str]) -> bool:
    """Whether the first record holds names: no number but those that count columns."""
    numbers = [cell for cell in cells if _NUMBER.fullmatch(cell)]
    return numbers == [str(number) for number in range(len(numbers))]
