"""Text files of columns to Arrow, every cell as text."""

import csv
import lzma
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv

from artifact.value_kinds import MISSING_WORDS
from training.data.dialect import Dialect, open_bytes, open_text
from training.data.plain_numbers import collect
from training.data.shown_names import counted
from training.errors import TrainingError

#: Read at once where a file is a stream; no row may be longer. Sixteen are read ahead.
BLOCK_BYTES = 1_000_000


def read_csv(
    file: Path,
    dialect: Dialect,
    *,
    sample: bool,
    as_text: Collection[str] | None = None,
) -> tuple[pa.Table, bool]:
    """Read every cell as text, null where it means missing; and whether that is all.

    Columns of plain numbers with fractions come as such if `as_text` names the others
    that must not.

    Raises
    ------
    TrainingError
        Naming the row, and never a cell.
    """
    try:
        with damage_reported(file, but_not=pa.ArrowInvalid):
            if as_text is None or sample:
                with open_bytes(file) as raw:
                    return _read(raw, dialect, sample=sample)
            return _read_numbers(file, dialect, as_text), True
    except pa.ArrowInvalid:
        if dialect.encoding == "utf-8-sig":
            fault = find_csv_fault(file, dialect)
            if fault is None:  # its beginning is UTF-8, the rest is not
                latin = replace(dialect, encoding="windows-1252")
                return read_csv(file, latin, sample=sample, as_text=as_text)
            raise fault from None
        raise not_a_table(file) from None


def read_csv_columns(file: Path, dialect: Dialect, names: Collection[str]) -> pa.Table:
    """Read some named columns of a file, every cell as text; raises as `read_csv`.

    As many rows as the whole has: those at the end whose cells in all columns are empty
    are left out.
    """
    options = csv_options(dialect)
    columns = [name for name in dialect.names if name in names]
    options["convert_options"].include_columns = columns
    try:
        with damage_reported(file, but_not=pa.ArrowInvalid), open_bytes(file) as raw:
            table = pa.csv.read_csv(raw, **options)
    except pa.ArrowInvalid:
        table = None
    # An empty row may hold something elsewhere; a fault is named by its row.
    if table is None or rows_with_values(table) < len(table):
        whole, _ = read_csv(file, dialect, sample=False)
        table = without_empty_end(whole)[0].select(columns)
    return table


def _read(raw: IO[bytes], dialect: Dialect, *, sample: bool) -> tuple[pa.Table, bool]:
    options = csv_options(dialect)
    if not sample:
        return with_names(pa.csv.read_csv(raw, **options), dialect), True
    with pa.csv.open_csv(raw, **options) as reader:
        batches = list(islice(reader, 2))
        table = pa.Table.from_batches(batches[:1], reader.schema)
    is_all = len(batches) < 2  # noqa: PLR2004 - there is none after the first
    return with_names(table, dialect), is_all


def _read_numbers(file: Path, dialect: Dialect, as_text: Collection[str]) -> pa.Table:
    """Read a file in blocks, so that text is gone as soon as it is numbers."""
    options = csv_options(dialect)
    options["read_options"].block_size = BLOCK_BYTES
    names = options["read_options"].column_names
    with open_bytes(file) as raw, pa.csv.open_csv(raw, **options) as reader:
        count = file.stat().st_size / BLOCK_BYTES
        columns, lost = collect(reader, reader.schema, as_text, count)
    if lost:
        options["convert_options"].include_columns = lost
        with open_bytes(file) as raw, pa.csv.open_csv(raw, **options) as reader:
            columns |= collect(reader, reader.schema, lost)[0]
    pa.default_memory_pool().release_unused()
    table = pa.table({name: columns[name] for name in names})
    return with_names(table, dialect)


def csv_options(dialect: Dialect) -> dict[str, Any]:
    """Options of Arrow by which every cell is text, null where it means missing.

    The columns' names are those of `with_names` only when it has given them.
    """
    names = [name or f"\0{place}" for place, name in enumerate(dialect.names)]
    encoding = "utf8" if dialect.encoding == "utf-8-sig" else dialect.encoding
    return {
        "read_options": pa.csv.ReadOptions(
            encoding=encoding, column_names=names, skip_rows=dialect.lines_before + 1
        ),
        "parse_options": pa.csv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote,
            newlines_in_values=True,
        ),
        "convert_options": pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=sorted(MISSING_WORDS),
            strings_can_be_null=True,
        ),
    }


def with_names(table: pa.Table, dialect: Dialect) -> pa.Table:
    """Return the table with one of the columns without a name: all are left out."""
    names = list(dialect.names)
    kept = [i for i, name in enumerate(names) if name or names.index("") == i]
    return table.select(kept).rename_columns([names[i] for i in kept])


def without_empty_end(table: pa.Table) -> tuple[pa.Table, str]:
    """Return a table without the rows of empty cells at its end, and what it lost.

    Spreadsheets write them for cells that were once filled.
    """
    rows = rows_with_values(table)
    lost = counted(len(table) - rows, "row") if rows < len(table) else ""
    said = f"{lost} without any value at the end left out" if lost else ""
    return table.slice(0, rows), said


def rows_with_values(table: pa.Table) -> int:
    """Count the rows up to the last that has a value."""
    rows = len(table)
    while rows and all(
        not table[i][rows - 1].is_valid for i in range(table.num_columns)
    ):
        rows -= 1
    return rows


def not_a_table(file: Path) -> TrainingError:
    """Return an error in place of Arrow's, which quotes the row's values."""
    return TrainingError(
        f"{file} is not a text file of columns with a header; write it again."
    )


def row_place(row: int, lines_before: int) -> str:
    """Name a row, counted from 0, as its reader would find it."""
    return f"row {row + 1} (line {row + 2 + lines_before})"


def find_csv_fault(file: Path, dialect: Dialect) -> TrainingError | None:
    """Read a CSV that Arrow refused again, slowly, to name the first bad row."""
    with damage_reported(file), open_text(file, dialect.encoding) as text:
        for _ in range(dialect.lines_before):
            next(text)
        reader = csv.reader(
            text, delimiter=dialect.delimiter, quotechar=dialect.quote or None
        )
        header = next(reader)
        for row, cells in enumerate(filter(None, reader)):
            if len(cells) != len(header):
                return TrainingError(
                    f"{file}: {row_place(row, dialect.lines_before)} has {len(cells)} "
                    f"fields, expected {len(header)} as in the header; the file may be "
                    "truncated: write it again."
                )
    return None


@contextmanager
def damage_reported(
    file: Path, but_not: type[Exception] | tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Report whatever shows that a file is no file of its kind."""
    try:
        yield
    except (
        *(OSError, EOFError, pa.ArrowException, csv.Error, UnicodeError),
        *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    ) as error:
        if isinstance(error, but_not):
            raise
        raise TrainingError(
            f"{file} is truncated, damaged or not what its name says "
            f"({type(error).__name__}); write it again."
        ) from None
