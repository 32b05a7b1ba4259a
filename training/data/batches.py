"""A file as a stream of batches, of which one at a time is in memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from training.data.csv_files import (
    csv_options,
    damage_reported,
    find_csv_fault,
    not_a_table,
    rows_with_values,
    with_names,
)
from training.data.data_files import is_parquet
from training.data.dialect import Dialect, find_dialect, open_bytes
from training.data.tables import Part, Table, partitions_of

BATCH_ROWS = 65_536
_BLOCK_BYTES = 8_000_000


def batches_of(
    file: Path, files: Sequence[Path], names: Sequence[str] | None = None
) -> Iterator[Table]:
    """Yield a file's rows, with the columns that its directories' names hold.

    `files` are all parts of the data, whose common directory is no partition. With
    `names`, the columns come in that order.

    Raises
    ------
    TrainingError
        Naming the file, and the row where there is one; never a cell.
    """
    partitions = partitions_of(file, files)
    dialect = None if is_parquet(file) else find_dialect(file)
    start = 0
    batches = (
        _of_parquet(file)
        if dialect is None
        else _without_empty_end(_of_text(file, dialect))
    )
    for batch in batches:
        if not len(batch):
            continue
        table = batch
        text_names = set(table.column_names) if dialect is not None else set()
        for name, value in partitions.items():
            if name not in table.column_names:
                text = pa.array([value] * len(table), pa.string())
                table = table.append_column(name, text)
                text_names.add(name)
        # Rows are counted from the file's first, also in later batches.
        lines_before = None if dialect is None else dialect.lines_before
        part = Part(file, -start, len(table), lines_before)
        start += len(table)
        yield Table(
            table if names is None else table.select(names),
            (part,),
            frozenset(text_names),
            (),
            is_sample=True,
        )


def _of_parquet(file: Path) -> Iterator[pa.Table]:
    with damage_reported(file), pa.parquet.ParquetFile(file) as opened:
        for batch in opened.iter_batches(BATCH_ROWS):
            yield pa.Table.from_batches([batch]).replace_schema_metadata()


def _of_text(file: Path, dialect: Dialect) -> Iterator[pa.Table]:
    options = csv_options(dialect)
    options["read_options"].block_size = _BLOCK_BYTES
    try:
        with (
            damage_reported(file, but_not=pa.ArrowInvalid),
            open_bytes(file) as raw,
            pa.csv.open_csv(raw, **options) as reader,
        ):
            for batch in reader:
                yield with_names(pa.Table.from_batches([batch]), dialect)
    except pa.ArrowInvalid:
        raise (find_csv_fault(file, dialect) or not_a_table(file)) from None


def _without_empty_end(batches: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Hold back rows of empty cells: at the end they are none, as in `read_table`."""
    held: list[pa.Table] = []
    for batch in batches:
        rows = rows_with_values(batch)
        if rows:
            yield from held
            held = []
            yield batch.slice(0, rows)
        if rows < len(batch):
            held.append(batch.slice(rows))
