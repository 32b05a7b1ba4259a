"""Rows to train on, as many as are wanted, of the shape of the credit-card set."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

_ROWS_AT_ONCE = 500_000


def divide(table: pa.Table, parts: int, folder: Path) -> None:
    """Write a table as Parquet parts of as many rows each."""
    per_part = -(-len(table) // parts)
    for part in range(parts):
        rows = table.slice(part * per_part, per_part)
        pa.parquet.write_table(rows, folder / f"part-{part:04d}.parquet")


def generate(source: pa.Table, rows: int, parts: int, folder: Path) -> None:
    """Write rows drawn from the source, with a little noise, as Parquet parts.

    Time goes on over as many days as the rows need at the source's rate; the label and
    the amount stay as drawn.
    """
    random = np.random.default_rng(0)
    span = float(np.ptp(source["Time"].to_numpy())) * rows / len(source)
    noisy = [name for name in source.column_names if name.startswith("V")]
    spread = {name: 0.01 * float(np.std(source[name].to_numpy())) for name in noisy}
    per_part = -(-rows // parts)
    done = 0
    for part in range(parts):
        with pa.parquet.ParquetWriter(
            folder / f"part-{part:04d}.parquet", source.schema, compression="zstd"
        ) as writer:
            left = min(per_part, rows - done)
            while left:
                count = min(_ROWS_AT_ONCE, left)
                drawn = source.take(random.integers(0, len(source), count))
                columns = {name: drawn[name].to_numpy() for name in drawn.column_names}
                for name in noisy:
                    columns[name] = columns[name] + random.normal(
                        0.0, spread[name], count
                    )
                columns["Time"] = (done + np.arange(count)) * (span / rows)
                writer.write_table(pa.table(columns, schema=source.schema))
                done += count
                left -= count
