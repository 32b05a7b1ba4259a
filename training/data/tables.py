"""Files to Arrow tables: CSV, gzipped CSV, Parquet, or a directory of such parts."""

import csv
import gzip
import hashlib
import io
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from artifact.layout import sha256_of
from training.errors import TrainingError

SUFFIXES = (".csv", ".csv.gz", ".parquet")


def find_files(path: Path) -> list[Path]:
    """Return the data files at a path: itself, or those below the directory, by name.

    Names that begin with ``.`` or ``_`` are no data, and nothing below them is.

    Raises
    ------
    TrainingError
        If there is nothing, or something of another format.
    """
    if path.is_dir():
        files = sorted(
            entry
            for entry in path.rglob("*")
            if entry.is_file() and not _is_hidden(entry.relative_to(path))
        )
        if not files:
            raise TrainingError(
                f"{path} holds no files; put CSV or Parquet files there."
            )
    elif path.is_file():
        files = [path]
    else:
        raise TrainingError(f"{path} does not exist; check the path of the data.")
    for file in files:
        if not file.name.endswith(SUFFIXES):
            raise TrainingError(
                f"{file} is not a data file: its name must end in "
                f"{', '.join(SUFFIXES)}; rename or remove it."
            )
        if file.stat().st_size == 0:
            raise TrainingError(f"{file} is empty; write it again.")
    return files


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


def suffix_of(file: Path) -> str:
    """Return the one of `SUFFIXES` that a data file's name ends in."""
    return next(suffix for suffix in SUFFIXES if file.name.endswith(suffix))


def part_names(files: Sequence[Path]) -> list[str]:
    """Names of parts, with ``/``, from the directory that all have in common."""
    common = os.path.commonpath([file.parent for file in files])
    return [file.relative_to(common).as_posix() for file in files]


def sha256_of_files(files: Sequence[Path]) -> str:
    """SHA-256 of one file's bytes, or of all names and hashes when there are more."""
    if len(files) == 1:
        return sha256_of(files[0])
    named = zip(part_names(files), files, strict=True)
    lines = "".join(f"{name} {sha256_of(file)}\n" for name, file in named)
    return hashlib.sha256(lines.encode()).hexdigest()


def is_csv(file: Path) -> bool:
    """Whether rows are lines, so that a fault can be given a line number."""
    return not file.name.endswith(".parquet")


def column_names(file: Path) -> list[str]:
    """Return the names of a file's columns, in order, each once.

    Raises
    ------
    TrainingError
        If the file cannot be read, or two columns have one name.
    """
    with _damage_told(file):
        if is_csv(file):
            with _open_text(file) as text:
                names = next(csv.reader(text), [])
        else:
            names = pa.parquet.read_schema(file).names
    for position, name in enumerate(names, start=1):
        if not name:
            raise TrainingError(
                f"{file}: column {position} has no name; give it one in the header."
            )
        if names.index(name) != position - 1:
            raise TrainingError(
                f"{file}: two columns are called {name!r}; rename or remove one."
            )
    return names


def read_table(file: Path, columns: Sequence[str]) -> pa.Table:
    """Read these columns of one file, all as float64, in this order.

    Raises
    ------
    TrainingError
        Naming the file, row and column of what is not a number.
    """
    if not is_csv(file):
        return _read_parquet(file, columns)
    try:
        with _damage_told(file, but_not=pa.ArrowInvalid):
            return pa.csv.read_csv(
                file,
                parse_options=pa.csv.ParseOptions(newlines_in_values=False),
                convert_options=pa.csv.ConvertOptions(
                    column_types={name: pa.float64() for name in columns},
                    include_columns=list(columns),
                    null_values=[""],
                ),
            )
    except pa.ArrowInvalid:
        # Arrow's own message quotes the row's values, which must not be shown.
        raise _find_csv_fault(file, columns) from None


def _read_parquet(file: Path, columns: Sequence[str]) -> pa.Table:
    with _damage_told(file):
        schema = pa.parquet.read_schema(file)
        for name in columns:
            kind = schema.field(name).type
            if not (
                pa.types.is_floating(kind)
                or pa.types.is_integer(kind)
                or pa.types.is_boolean(kind)
            ):
                raise not_numeric(file, name, f"is of type {kind}")
        table = pa.parquet.read_table(file, columns=list(columns))
        target = pa.schema([(name, pa.float64()) for name in columns])
        return table.select(list(columns)).cast(target, safe=False)


def not_numeric(file: Path, column: str, what: str) -> TrainingError:
    """Error for a column that holds something else than numbers."""
    return TrainingError(
        f"{file}: column {column!r} {what}, expected numbers; encode it as "
        f"numbers, or leave it out with --drop-columns {column}."
    )


def row_place(file: Path, row: int) -> str:
    """Name a row, counted from 0 in `row`, as its reader would find it."""
    line = f" (line {row + 2})" if is_csv(file) else ""
    return f"row {row + 1}{line}"


def _find_csv_fault(file: Path, columns: Sequence[str]) -> TrainingError:
    """Read a CSV that Arrow refused again, slowly, to name the first bad cell."""
    with _open_text(file) as text:
        reader = csv.reader(text)
        header = next(reader)
        wanted = [(header.index(name), name) for name in columns]
        for row, cells in enumerate(filter(None, reader)):
            if len(cells) != len(header):
                return TrainingError(
                    f"{file}: {row_place(file, row)} has {len(cells)} fields, expected "
                    f"{len(header)} as in the header; the file may be truncated: write "
                    "it again."
                )
            for position, name in wanted:
                if cells[position] and not _is_number(cells[position]):
                    return not_numeric(
                        file, name, f"holds text in {row_place(file, row)}"
                    )
    return TrainingError(
        f"{file} is not a CSV file with a header, commas and UTF-8; write it again."
    )


def _is_number(cell: str) -> bool:
    try:
        return not math.isnan(float(cell)) and "_" not in cell
    except ValueError:
        return False


@contextmanager
def _open_text(file: Path) -> Iterator[TextIO]:
    opener: Any = gzip.open if file.name.endswith(".gz") else open
    with (
        opener(file, "rb") as raw,
        io.TextIOWrapper(
            raw, encoding="utf-8-sig", errors="replace", newline=""
        ) as text,
    ):
        yield text


@contextmanager
def _damage_told(
    file: Path, but_not: type[Exception] | tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, pa.ArrowException, csv.Error, UnicodeError) as error:
        if isinstance(error, but_not):
            raise
        raise TrainingError(
            f"{file} is truncated, damaged or not what its name says "
            f"({type(error).__name__}); write it again."
        ) from None
