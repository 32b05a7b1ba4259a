"""NumPy's .npy bodies → rows of numbers: the form for big batches.

The header is read here and not by numpy, whose reader evaluates it as Python and
fails in many ways on a wrong one:
https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import math
import re

import numpy as np

from artifact.columns import Kind
from artifact.timestamps import SECONDS_PER_UNIT
from serving.errors import RequestError, bad_request
from serving.formats.schema import Rows, Schema

#: Magic and version → bytes of the length of the header that follows.
_LENGTH_BYTES = {b"\x93NUMPY\x01\x00": 2, b"\x93NUMPY\x02\x00": 4}
_MAGIC_BYTES = 8
_HEADER = re.compile(
    rb"\{'descr': '([^']{1,16})', 'fortran_order': (True|False), "
    rb"'shape': \(([0-9]{1,15})?,? ?([0-9]{1,15})?\), \} *\n"
)
_NUMBER_TYPE = re.compile(rb"[<>|=]?(?:f[248]|[iu][1248])")


def read_npy(body: bytes, schema: Schema) -> Rows:
    """Rows of shape (n_rows, n_features) from one array, columns in model order.

    A false shape allocates nothing, and no pickled object is ever loaded.

    Raises
    ------
    RequestError
        If it is no array of real numbers of that shape, or a value is refused.
    """
    _refuse_text(schema)
    length_bytes = _LENGTH_BYTES.get(body[:_MAGIC_BYTES])
    if length_bytes is None:
        raise _invalid()
    after = _MAGIC_BYTES + length_bytes
    start = after + int.from_bytes(body[_MAGIC_BYTES:after], "little")
    header = _HEADER.fullmatch(body[after:start])
    if header is None:
        raise _invalid()
    kind, fortran, *sizes = header.groups()
    if not _NUMBER_TYPE.fullmatch(kind):
        raise bad_request(
            "wrong_type",
            expected="an array of floats or integers of at most 8 bytes",
            got="an array of another type",
        )
    dtype = np.dtype(kind.decode())
    shape = _shape([int(size) for size in sizes if size], len(schema))
    if math.prod(shape) * dtype.itemsize != len(body) - start:
        raise bad_request(
            "wrong_shape",
            expected=f"data for {shape[0]} rows",
            got=f"{len(body) - start} bytes",
        )
    values = np.frombuffer(body, dtype, offset=start)
    rows = values.reshape(shape, order="F" if fortran == b"True" else "C")
    with np.errstate(invalid="ignore"):  # signalling NaNs are refused
        rows = np.ascontiguousarray(rows, np.float64)
        if schema.is_typed:
            rows = rows.copy()
            for place, column in enumerate(schema.columns):
                rows[:, place] *= SECONDS_PER_UNIT.get(column.time_format, 1.0)
                rows[np.isin(rows[:, place], column.missing_codes), place] = np.nan
        schema.check_rows(rows)
    return rows


def _refuse_text(schema: Schema) -> None:
    """Refuse the form for a table that has more than numbers."""
    for column in schema.columns:
        if column.kind is Kind.CATEGORY or (
            column.kind is Kind.TIMESTAMP and column.time_format not in SECONDS_PER_UNIT
        ):
            raise RequestError(
                415,
                "unsupported_media_type",
                field=column.name,
                expected="JSON, JSON Lines or CSV, which can hold this column",
                got=f"an array of numbers, and the column is a {column.kind}",
            )


def _shape(sizes: list[int], width: int) -> tuple[int, int]:
    """Rows and columns; one dimension is one row."""
    n_rows, n_columns = (1, *sizes)[-2:] if sizes else (0, 0)
    if n_columns != width or n_rows < 1:
        raise bad_request(
            "wrong_shape",
            expected=f"an array of shape (rows, {width})",
            got=f"an array of {len(sizes)} dimensions",
        )
    return n_rows, n_columns


def _invalid() -> RequestError:
    return bad_request(
        "invalid_npy",
        expected="an array of one or two dimensions as numpy.save writes it",
        got="other bytes",
    )
