"""How large data are in memory, by a look at headers and file sizes alone."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet

from training.data.dialect import file_format

_CELL_BYTES = 8
#: Of text that is packed; what the cells take is nearer to this than to the file.
_UNPACKED = 4


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
