"""CSV bodies → rows of numbers, strictly.

The first line is a header when one of its cells is a feature's name; its cells then
give the order of the columns. A name that reads as a number makes a header only where
the cells are the names of all features, since it may be a value. Without a header the
columns are in the model's order. Cells are separated by commas and may stand in double
quotes.
"""

import re
from array import array
from collections.abc import Iterator

import numpy as np

from serving.errors import bad_request, empty_body
from serving.formats.schema import Ignored, Rows, Schema
from serving.formats.table_csv import TableCsv
from serving.formats.text import (
    BLANK,
    BLOCK_BYTES,
    counted_cells,
    decode_text,
    lines_of,
)

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_PLAIN = b"0123456789+-.eE,\r\n"


class CsvReader:
    """Reads transactions of one schema from CSV."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._table = TableCsv(schema)
        #: Names that no value can be taken for.
        self._telling = {name for name in schema.names if not _NUMBER.fullmatch(name)}

    def read(self, body: bytes, ignored: Ignored | None = None) -> Rows:
        """Rows of shape (n_rows, n_features); row numbers count lines of data.

        Raises
        ------
        RequestError
            Naming the row and field at fault.
        """
        text = decode_text(body).rstrip(BLANK)
        if not text:
            raise empty_body()
        first, _, rest = text.partition("\n")
        if self._schema.is_typed or self._names_ignored(first):
            return self._table.read(text, ignored or Ignored())
        columns = self._header(first)
        if columns is None:
            return self._data(text, range(len(self._schema)))
        if not rest:
            raise empty_body()
        return self._data(rest, columns)

    def _names_ignored(self, line: str) -> bool:
        """Whether a header names columns that the model does not use."""
        ignored = self._schema.ignored
        if not ignored:
            return False
        if any(
            cell in ignored and not _NUMBER.fullmatch(cell) for cell in _cells(line)
        ):
            return True
        # All of them are numbers: only a line of nothing but names is one of names.
        names = self._schema.index.keys()
        if line.count(",") + 1 <= len(names):
            return False
        cells = set(_cells(line))
        return names <= cells <= names | ignored

    def _header(self, line: str) -> list[int] | None:
        """Column of the model for each cell, or None when the line is data."""
        index = self._schema.index
        if not self._is_header(line):
            return None
        columns: list[int] = []
        for cell in self._schema.header_names(_cells(line)):
            column = index.get(cell)
            if column is None:
                raise self._schema.unknown_field(None, cell)
            if column in columns:
                raise bad_request(
                    "duplicate_field",
                    field=cell,
                    expected="each feature once in the header",
                    got="the same feature again",
                )
            columns.append(column)
        for name, column in index.items():
            if column not in columns:
                raise self._schema.missing_field(None, name)
        return columns

    def _is_header(self, line: str) -> bool:
        names = self._schema.index.keys()
        if line.count(",") + 1 == len(names) and set(_cells(line)) == names:
            return True
        return any(cell in self._telling for cell in _cells(line))

    def _data(self, text: str, columns: list[int] | range) -> Rows:
        quick = self._data_quickly(text.encode())
        if quick is None:
            values = array("d")
            for number, line in enumerate(lines_of(text), 1):
                values.extend(self._row(line, number, columns))
            return self._schema.rows_of(values)
        ordered = quick
        if list(columns) != list(range(len(columns))):
            ordered = np.empty_like(quick)
            ordered[:, list(columns)] = quick
        self._schema.check_rows(ordered)
        return ordered

    def _data_quickly(self, body: bytes) -> Rows | None:
        """Rows in the body's own column order, when that is certain to be right."""
        commas = len(self._schema) - 1
        n_rows = body.count(b"\n") + 1
        if body.count(b",") != n_rows * commas or body.translate(None, _PLAIN):
            return None
        values = np.empty(n_rows * (commas + 1))
        start = filled = 0
        # In blocks, between which other threads run: one call would hold them up.
        while start < len(body):
            end = body.find(b"\n", start + BLOCK_BYTES)
            end = len(body) if end < 0 else end
            lines = body[start:end].split(b"\n")
            if any(line.count(b",") != commas for line in lines):
                return None
            cells = b",".join(lines).split(b",")
            try:
                values[filled : filled + len(cells)] = np.fromiter(
                    map(float, cells), np.float64, len(cells)
                )
            except ValueError:
                return None
            start, filled = end + 1, filled + len(cells)
        if filled != len(values) or not np.isfinite(values).all():
            return None
        return values.reshape(n_rows, commas + 1)

    def _row(self, line: str, row: int, columns: list[int] | range) -> list[float]:
        schema = self._schema
        n_cells = line.count(",") + 1
        if n_cells != len(schema) or not line.strip():
            raise bad_request(
                "wrong_column_count",
                row=row,
                expected=counted_cells(len(schema)),
                got=counted_cells(n_cells) if line.strip() else "an empty line",
            )
        values = [0.0] * len(schema)
        for column, cell in zip(columns, map(_cell, line.split(",")), strict=True):
            if not _NUMBER.fullmatch(cell):
                raise bad_request(
                    "wrong_type",
                    row=row,
                    field=schema.names[column],
                    expected="a number",
                    got=_kind(cell),
                )
            values[column] = schema.check_value(float(cell), row, column)
        return values


def _cells(line: str) -> Iterator[str]:
    """Cells of one line, one at a time: a line may be as long as the body."""
    for match in re.finditer(r"(?:^|,)([^,]*)", line):
        yield _cell(match.group(1))


def _cell(text: str) -> str:
    """Take away the white space and quotes around a cell."""
    cell = text.strip()
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def _kind(cell: str) -> str:
    if not cell:
        return "an empty cell"
    return "NaN or infinity" if cell.lower().strip("+-") in _NOT_FINITE else "text"


_NOT_FINITE = {"nan", "inf", "infinity"}
