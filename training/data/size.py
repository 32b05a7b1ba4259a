"""How large data are in memory, by a look at headers and file sizes alone."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet

from training.data.dialect import file_format

_CELL_BYTES = 8
#: Of text that is packed; what the cells take is nearer to this than to the file.
_UNPACKED = 4
#: Rows as read, as a matrix and as its parts, and what the fits copy.
_TIMES_IN_MEMORY = 3
_CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


def matrix_bytes(files: Sequence[Path]) -> int:
    """Return about how many bytes the files' cells take as numbers.

    A text file's cells take about as much as the file itself.
    """
    total = 0
    for file in files:
        kind = file_format(file)
        if kind == "parquet":
            metadata = pyarrow.parquet.read_metadata(file)
            total += metadata.num_rows * metadata.num_columns * _CELL_BYTES
        else:
            total += file.stat().st_size * (1 if kind == "text" else _UNPACKED)
    return total


def memory_bytes() -> int:
    """Return the memory of this machine, or of the container where that is less."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # no control group, or "max"
        memory = min(memory, int(_CONTAINER_LIMIT.read_text()))
    return memory


def memory_warning(files: Sequence[Path]) -> str:
    """Say that the data are too large for this machine's memory; "" if they are not."""
    needed, there = _TIMES_IN_MEMORY * matrix_bytes(files), memory_bytes()
    if needed <= there:
        return ""
    return (
        f"the data take about {needed / 1e9:,.0f} GB in memory and this machine has "
        f"{there / 1e9:,.0f} GB, so that it may end the training without a word; "
        "--model xgboost reads them in batches, or take a larger machine"
    )
