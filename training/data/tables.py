"""Files to one Arrow table: CSV or Parquet as they come, or a directory of parts."""

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet

from training.data.csv_files import (
    damage_reported,
    read_csv,
    read_csv_columns,
    row_place,
    without_empty_end,
)
from training.data.data_files import is_parquet
from training.data.dialect import Dialect, find_dialect
from training.data.shown_names import shown
from training.errors import TrainingError

_SAMPLE_ROWS = 20_000
_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Part:
    """One file and the rows of the table that it fills."""

    file: Path
    start: int
    stop: int
    #: Lines before the header of a text file; None for a file without lines.
    lines_before: int | None = None


@dataclass(frozen=True)
class Table:
    """All parts below each other, all columns as the files have them."""

    data: pa.Table
    parts: tuple[Part, ...]
    #: Names of columns that come from text files, which say nothing of types.
    text_names: frozenset[str]
    notes: tuple[str, ...]
    #: Whether there are rows that were not read.
    is_sample: bool = False

    def place(self, row: int) -> tuple[Path, str]:
        """Return the file of a row, counted from 0, and its place there."""
        part = next(part for part in self.parts if row < part.stop)
        if part.lines_before is None:
            return part.file, f"row {row - part.start + 1}"
        return part.file, row_place(row - part.start, part.lines_before)


def column_names(file: Path) -> list[str]:
    """Return the names of a file's columns, in order, each once; "" for unnamed.

    Raises
    ------
    TrainingError
        If the file cannot be read, two columns have one name, or a name holds what
        no request can carry.
    """
    with damage_reported(file):
        names: Sequence[str] = (
            pa.parquet.read_schema(file).names
            if is_parquet(file)
            else find_dialect(file).names
        )
    names = _unnamed_once(names)
    for position, name in enumerate(names, start=1):
        if names.index(name) != position - 1:
            raise TrainingError(
                f"{file}: two columns are called {shown(name)}; rename or remove one."
            )
        if not name.isprintable() or name != name.strip() or '"' in name:
            raise TrainingError(
                f"{file}: the name of column {position} holds a quote, a line break, "
                "a control character, or blanks around it, which no request can "
                "carry; rename it."
            )
    return list(names)


def _unnamed_once(names: Sequence[str]) -> list[str]:
    """Keep one of the columns without a name, which are all left out."""
    names = list(names)
    return [name for i, name in enumerate(names) if name or names.index("") == i]


def partitions_of(file: Path, files: Sequence[Path]) -> dict[str, str | None]:
    """Names and values in the directories' names, as Hive and Spark write them."""
    common = Path(os.path.commonpath([other.parent for other in files]))
    # The common directory may itself be a partition, when only one was given.
    parts = file.relative_to(common).parts[:-1]
    pairs = (part.partition("=") for part in parts if "=" in part)
    return {
        unquote(name): None if value == _HIVE_NULL else unquote(value)
        for name, _, value in pairs
    }


def read_table(
    files: Sequence[Path],
    *,
    sample: bool = False,
    as_text: Collection[str] | None = None,
    only: Collection[str] | None = None,
) -> Table:
    """Read all parts with all columns, or `only` some; of a sample, the first rows.

    `as_text` as in `read_csv`.

    Raises
    ------
    TrainingError
        Naming the file, and the row where there is one; never a cell.
    """
    first = column_names(files[0])
    tables: list[pa.Table] = []
    parts: list[Part] = []
    text_names: set[str] = set()
    notes: list[str] = []
    is_whole = True
    for file in files:
        difference = set(column_names(file)) ^ set(first)
        if difference:
            raise TrainingError(
                f"{file} and {files[0].name} differ in column "
                f"{shown(min(difference))}; all parts need the same columns."
            )
        lines_before = None
        if is_parquet(file):
            table, is_all = _read_parquet(file, sample=sample, only=only)
        else:
            dialect = find_dialect(file)
            lines_before = dialect.lines_before
            if only is None:
                table, is_all, empty = _read_text(
                    file, dialect, sample=sample, as_text=as_text
                )
                notes += empty
            else:
                table, is_all = read_csv_columns(file, dialect, only), True
            text_names.update(first)
            notes += [note for note in dialect.notes if note not in notes]
        is_whole &= is_all
        if not len(table):
            raise TrainingError(f"{file} has a header and no rows; write it again.")
        for name, value in partitions_of(file, files).items():
            if name not in table.column_names:
                column = pa.array([value] * len(table), pa.string())
                table = table.append_column(name, column)
                text_names.add(name)
        start = parts[-1].stop if parts else 0
        parts.append(Part(file, start, start + len(table), lines_before))
        tables.append(table.replace_schema_metadata())
    mixed = _numbers_in_some(
        table
        for table, part in zip(tables, parts, strict=True)
        if part.lines_before is not None
    )
    if as_text is not None and mixed:
        return read_table(files, sample=sample, as_text={*as_text, *mixed})
    return Table(
        _together(files, tables),
        tuple(parts),
        frozenset(text_names),
        tuple(notes),
        is_sample=not is_whole,
    )


def _numbers_in_some(tables: Iterable[pa.Table]) -> set[str]:
    """Return the columns that are numbers in some tables and text in others."""
    kinds: dict[str, set[pa.DataType]] = {}
    for table in tables:
        for field in table.schema:
            kinds.setdefault(field.name, set()).add(field.type)
    return {name for name, types in kinds.items() if len(types) > 1}


def _read_text(
    file: Path, dialect: Dialect, *, sample: bool, as_text: Collection[str] | None
) -> tuple[pa.Table, bool, list[str]]:
    """Read a file, or its first rows; whether that is all, and what was left out."""
    table, is_all = read_csv(file, dialect, sample=sample, as_text=as_text)
    if not is_all:
        return table, False, []
    table, empty = without_empty_end(table)
    return table, True, [empty] if empty else []


def _read_parquet(
    file: Path, *, sample: bool, only: Collection[str] | None
) -> tuple[pa.Table, bool]:
    """Read a file, or its first rows; and whether that is all."""
    with damage_reported(file):
        opened = pa.parquet.ParquetFile(file)
        if not sample:
            names = [n for n in opened.schema_arrow.names if only is None or n in only]
            return opened.read().select(names), True
        batches = islice(opened.iter_batches(_SAMPLE_ROWS), 1)
        table = pa.Table.from_batches(batches, opened.schema_arrow)
        return table, len(table) == opened.metadata.num_rows


def _together(files: Sequence[Path], tables: list[pa.Table]) -> pa.Table:
    """Put parts below each other; types that differ in width become the wider one."""
    names = tables[0].column_names
    tables = [table.select(names) for table in tables]
    wanted: dict[str, pa.DataType] = {}
    for name in names:
        types = {table.schema.field(name).type for table in tables}
        if len(types) > 1 and any(map(pa.types.is_string, types)):
            wanted[name] = pa.string()
    try:
        return pa.concat_tables(
            [
                table.cast(
                    pa.schema(
                        [(f.name, wanted.get(f.name, f.type)) for f in table.schema]
                    )
                )
                for table in tables
            ],
            promote_options="permissive",
        )
    except pa.ArrowException:
        raise TrainingError(
            f"{files[0].parent}: the parts hold values of different types in one "
            "column; write them again with one type."
        ) from None
