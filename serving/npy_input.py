"""NumPy's .npy bodies → rows of numbers: the form for big batches."""

import io
import math

import numpy as np
from numpy.lib import format as npy

from serving.errors import bad_request
from serving.schema import Rows, Schema

_READ_HEADER = {
    (1, 0): npy.read_array_header_1_0,
    (2, 0): npy.read_array_header_2_0,
}


def read_npy(body: bytes, schema: Schema) -> Rows:
    """Rows of shape (n_rows, n_features) from one array, columns in model order.

    The header is read apart from the data, so that a false shape allocates nothing
    and no pickled object is ever loaded.

    Raises
    ------
    RequestError
        If it is no array of real numbers of that shape, or a value is refused.
    """
    shape, fortran_order, dtype, start = _header(body)
    if dtype.kind not in "fiu" or dtype.itemsize > np.dtype(np.float64).itemsize:
        raise bad_request(
            "wrong_type",
            expected="an array of floats or integers of at most 8 bytes",
            got="an array of another type",
        )
    if shape == (len(schema),):
        shape = (1, len(schema))
    if len(shape) != 2 or shape[1] != len(schema) or shape[0] < 1:  # noqa: PLR2004
        raise bad_request(
            "wrong_shape",
            expected=f"an array of shape (rows, {len(schema)})",
            got=f"an array of {len(shape)} dimensions",
        )
    if math.prod(shape) * dtype.itemsize != len(body) - start:
        raise bad_request(
            "wrong_shape",
            expected=f"data for {shape[0]} rows",
            got=f"{len(body) - start} bytes",
        )
    values = np.frombuffer(body, dtype, offset=start)
    rows = values.reshape(shape, order="F" if fortran_order else "C")
    rows = np.ascontiguousarray(rows, np.float64)
    schema.check_rows(rows)
    return rows


def _header(body: bytes) -> tuple[tuple[int, ...], bool, np.dtype[np.generic], int]:
    stream = io.BytesIO(body)
    try:
        read = _READ_HEADER[npy.read_magic(stream)]
        shape, fortran_order, dtype = read(stream)
    except (ValueError, KeyError, EOFError):
        raise bad_request(
            "invalid_npy",
            expected="an array as numpy.save writes it",
            got="other bytes",
        ) from None
    return shape, fortran_order, dtype, stream.tell()
