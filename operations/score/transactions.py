"""Read transactions from a file: an object, a list, JSON Lines or a CSV."""

import csv
import io
import json
import lzma
import re
import sys
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from operations.account.errors import OperationError
from operations.named_values import named
from training.data.dialect import Dialect, dialect_of, unpacked
from training.errors import TrainingError

_EXPECTED = (
    "a row of the training table as a JSON object or a list of the model's values, a "
    "list of such rows, one in each line, or a CSV"
)


#: A cell of a first line that may be a value and a name: 0, 12:30, $12.50, true.
_EITHER = re.compile(
    r"[-+($€£]*[0-9][0-9.,:/%€)TZ +-]*|true|false|yes|no", re.IGNORECASE
)


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
    names : tuple of str
        Of a CSV whose first row may be names or values, the names that it has then;
        all rows are lists. The model's names decide, as on the endpoint.
    delimiter : str
        Between the cells of a CSV.
    """

    rows: list[Any]
    is_single: bool = False
    are_texts: bool = False
    names: tuple[str, ...] = ()
    delimiter: str = ","

    @property
    def has_lists(self) -> bool:
        """Whether a row is a list of the model's values, without names."""
        return any(isinstance(row, list) for row in self.rows)

    def with_header(self, file: str) -> "Transactions":
        """Return the transactions with the first row as the names of the others.

        Raises
        ------
        OperationError
            If there is no other, or one has more or fewer cells.
        """
        return replace(self, rows=_by_header(file, self.names, self.rows), names=())

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
        with unpacked(io.BytesIO(data), file) as opened:
            data = opened.read()
        if data.startswith(b"PAR1"):
            raise OperationError(
                f"{file} is a Parquet file; write its rows as a CSV or JSON Lines."
            )
        dialect, values = dialect_of(data, file)
    except OSError as error:
        raise OperationError(
            f"{file} cannot be read: {error.strerror or 'it is damaged'}."
        ) from None
    except (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile):
        raise OperationError(f"{file} cannot be read: it is damaged.") from None
    except TrainingError as error:
        raise OperationError(str(error)) from None
    text = _decoded(data, dialect.encoding)
    if not text.strip():
        raise OperationError(f"{file}: expected {_EXPECTED}, found nothing.")
    if text.lstrip()[0] in "{[":
        return _read_json(file, text.strip())
    records = _read_csv(file, text, dialect)
    rows: list[Any]
    names: tuple[str, ...]
    if records and (values or any(map(_EITHER.fullmatch, records[0]))):
        rows, names = list(records), dialect.names
    else:
        rows, names = _by_header(file, dialect.names, records), ()
    return Transactions(rows, are_texts=True, names=names, delimiter=dialect.delimiter)


def _decoded(data: bytes, encoding: str) -> str:
    """Decode as training does: what is not UTF-8 further below is Latin-1 too."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("windows-1252", errors="replace")


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
    # Of the marks that end a line, a string in JSON may hold U+2028 and its like.
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
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


def _read_csv(file: str, text: str, dialect: Dialect) -> list[list[str]]:
    lines = io.StringIO(text, newline=None)
    for _ in range(dialect.lines_before):
        next(lines)
    reader = csv.reader(
        lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True
    )
    try:
        records = [[cell.strip() for cell in record] for record in reader if record]
    except csv.Error:
        raise OperationError(
            f"{file}, line {reader.line_num + dialect.lines_before}: expected "
            f"{_EXPECTED}, found something else."
        ) from None
    while len(records) > 1 and not any(records[-1]):  # as spreadsheets write them
        records.pop()
    return records


def _by_header(
    file: str, names: Sequence[str], records: Sequence[list[str]]
) -> list[Any]:
    if len(records) <= 1:
        raise OperationError(f"{file} has a header and no row; add transactions.")
    for number, record in enumerate(records[1:], 1):
        if len(record) != len(names):
            raise OperationError(
                f"{file}, row {number}: expected {len(names)} cells, as the header "
                f"has, found {len(record)}."
            )
    return [dict(zip(names, record, strict=True)) for record in records[1:]]
