"""Columns of a text file that become numbers while it is read.

Text of numbers takes three times their memory, and as text a column is looked at again
and again. A column whose cells are all plainly numbers, with a fraction among them, is
nothing else whatever its name says; all others stay the text that they are.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

#: A code such as 00501, which is no number.
CODE = r"^[-+]?0[0-9]+$"


@dataclass
class _Growing:
    """One column so far."""

    chunks: list[pa.Array] = field(default_factory=list)
    is_numbers: bool = False
    #: Whether a cell was no plain number.
    is_text: bool = False
    #: Whether the cells before that one are text no more.
    is_lost: bool = False

    def add(self, text: pa.Array) -> None:
        if self.is_lost:
            return
        values = None if self.is_text else _numbers(text)
        if values is None:
            self.is_text, self.is_lost = True, self.is_numbers
            self.chunks = [] if self.is_lost else [*self.chunks, text]
            return
        if not self.is_numbers and _has_fraction(values):
            self.chunks = [chunk.cast(pa.float64()) for chunk in self.chunks]
            self.is_numbers = True
        self.chunks.append(values if self.is_numbers else text)


def collect(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, as_text: Collection[str]
) -> tuple[dict[str, pa.ChunkedArray], list[str]]:
    """Return the columns of batches of text, and which have to be read again as text.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        All columns strings.
    schema : pyarrow.Schema
    as_text : collection of str
        Names of columns that stay text.
    """
    growing = {name: _Growing(is_text=name in as_text) for name in schema.names}
    for batch in batches:
        for name, column in zip(schema.names, batch.columns, strict=True):
            growing[name].add(column)
    columns = {}
    for name in schema.names:
        column = growing.pop(name)
        if not column.is_lost:
            kind = pa.float64() if column.is_numbers else pa.string()
            chunks = pa.chunked_array(column.chunks, kind)
            # In one piece, numbers are taken without a copy.
            columns[name] = (
                pa.chunked_array([chunks.combine_chunks()])
                if column.is_numbers
                else chunks
            )
    return columns, [name for name in schema.names if name not in columns]


def _numbers(text: pa.Array) -> pa.Array | None:
    """Return plain numbers of text; None if a cell is anything else."""
    try:
        values = text.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    if not _all(pc.is_finite(values)):
        return None
    whole = text.filter(pc.equal(values, pc.round(values)))
    if _any(pc.match_substring_regex(whole, CODE)):
        return None
    return values


def _has_fraction(values: pa.Array) -> bool:
    return _any(pc.not_equal(values, pc.round(values)))


def _any(flags: pa.Array) -> bool:
    return bool(pc.any(flags).as_py())


def _all(flags: pa.Array) -> bool:
    return bool(pc.all(flags).as_py())
