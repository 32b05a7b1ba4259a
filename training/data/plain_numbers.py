"""Columns of a text file that become numbers while it is read.

Text of numbers takes three times their memory, and as text a column is looked at again
and again. A column whose cells are all plainly numbers, with a fraction among them, is
nothing else whatever its name says; all others stay the text that they are.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from training.data.dataset import Floats

#: A code such as 00501, which is no number.
CODE = r"^[-+]?0[0-9]+$"


#: Room for more rows than the first block promises: only what is used is in memory.
_ROOM = 1.1


class _Numbers:
    """Numbers in one piece of memory, which many small ones would leave in bits."""

    def __init__(self, rows: int) -> None:
        self._values: Floats = np.empty(rows)
        self._rows = 0

    def add(self, values: Floats) -> None:
        stop = self._rows + len(values)
        if stop > len(self._values):
            larger = np.empty(2 * stop)
            larger[: self._rows] = self._values[: self._rows]
            self._values = larger
        self._values[self._rows : stop] = values
        self._rows = stop

    def column(self) -> pa.ChunkedArray:
        """Return them without a copy, null where there is none."""
        values = self._values[: self._rows]
        known = ~np.isnan(values)
        valid = None if known.all() else pa.array(known).buffers()[1]
        buffers = [valid, pa.py_buffer(values)]
        return pa.chunked_array(
            [pa.Array.from_buffers(pa.float64(), self._rows, buffers)]
        )


@dataclass
class _Growing:
    """One column so far."""

    #: Whether a cell was no plain number.
    is_text: bool
    #: Whether the cells before that one are text no more.
    is_lost: bool = False
    texts: list[pa.Array] = field(default_factory=list)
    numbers: _Numbers | None = None

    def add(self, text: pa.Array, expected_rows: int) -> None:
        if self.is_lost:
            return
        values = None if self.is_text else _numbers(text)
        if values is None:
            self.is_text, self.is_lost = True, self.numbers is not None
            self.numbers = None
            self.texts.append(text)
            return
        if self.numbers is None and _has_fraction(values):
            self.numbers = _Numbers(expected_rows)
            for earlier in self.texts:
                cast = earlier.cast(pa.float64())
                self.numbers.add(cast.to_numpy(zero_copy_only=False))
            self.texts = []
        if self.numbers is None:
            self.texts.append(text)
        else:
            self.numbers.add(values)

    def column(self) -> pa.ChunkedArray:
        if self.numbers is not None:
            return self.numbers.column()
        return pa.chunked_array(self.texts, pa.string())


def collect(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    as_text: Collection[str],
    count: float = 1.0,
) -> tuple[dict[str, pa.ChunkedArray], list[str]]:
    """Return the columns of batches of text, and which have to be read again as text.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        All columns strings.
    schema : pyarrow.Schema
    as_text : collection of str
        Names of columns that stay text.
    count : float, optional
        How many batches are expected; more need more memory for a while.
    """
    growing = {name: _Growing(is_text=name in as_text) for name in schema.names}
    for batch in batches:
        rows = int(_ROOM * count * len(batch))
        for name, column in zip(schema.names, batch.columns, strict=True):
            growing[name].add(column, rows)
    lost = [name for name, column in growing.items() if column.is_lost]
    columns = {
        name: column.column() for name, column in growing.items() if name not in lost
    }
    return columns, lost


def _numbers(text: pa.Array) -> Floats | None:
    """Return plain numbers of text, NaN for null; None if a cell is anything else."""
    try:
        cast = text.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    values: Floats = cast.to_numpy(zero_copy_only=False)
    if np.isinf(values).any() or np.isnan(values).sum() != text.null_count:
        return None
    whole = values == np.rint(values)
    if whole.any():
        matches = pc.match_substring_regex(text.filter(pa.array(whole)), CODE)
        if pc.any(matches).as_py():
            return None
    return values


def _has_fraction(values: Floats) -> bool:
    return bool((np.isfinite(values) & (values != np.rint(values))).any())
