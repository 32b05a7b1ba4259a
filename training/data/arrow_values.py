"""Arrow's many types as text, numbers, booleans and timestamps."""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from artifact.value_kinds import MISSING_WORDS
from training.data.dataset import Floats


def simplified(
    data: pa.ChunkedArray, missing_words: Collection[str] = ()
) -> tuple[pa.ChunkedArray | None, str]:
    """Bring Arrow's many types down to text, numbers, booleans and moments.

    Text that means missing becomes null; `missing_words` mean so besides the usual.
    """
    kind = data.type
    if pa.types.is_dictionary(kind):
        data, kind = data.cast(kind.value_type), kind.value_type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        data, kind = _text_of_bytes(data)
    if pa.types.is_large_string(kind) or kind == pa.string_view():
        data, kind = data.cast(pa.string()), pa.string()
    if pa.types.is_string(kind):
        blank = pc.is_in(
            pc.utf8_trim_whitespace(data),
            value_set=pa.array(sorted(MISSING_WORDS.union(missing_words))),
        )
        data = pc.if_else(blank, pa.scalar(None, pa.string()), data)
    elif pa.types.is_date(kind):
        data = data.cast(pa.timestamp("ms"))
    elif pa.types.is_null(kind) or pa.types.is_decimal(kind) or kind == pa.float16():
        data = data.cast(pa.float64())
    elif pa.types.is_duration(kind):
        # Seconds, as a request has them; a unit of storage says nothing of them.
        data = pc.divide(data.cast(pa.int64()).cast(pa.float64()), per_second(kind))
    elif pa.types.is_time(kind):
        data = data.cast(pa.time64("ns")).cast(pa.string())
    elif not (
        pa.types.is_timestamp(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_boolean(kind)
    ):
        return None, str(kind)
    return data, ""


def per_second(kind: pa.DataType) -> float:
    """Return how many of a moment's or duration's unit are a second."""
    return {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[kind.unit]


def _text_of_bytes(data: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.DataType]:
    """Return the text that older writers of Parquet do not mark as such."""
    try:
        return data.cast(pa.string()), pa.string()
    except pa.ArrowInvalid:
        return data, data.type


def dictionary_of(data: pa.ChunkedArray) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Return a number for each row, -1 for missing, and the value of each number."""
    # One chunk: the dictionaries of many are put together in quadratic time.
    encoded = pa.chunked_array([data.combine_chunks()]).dictionary_encode()
    joined = (
        pa.concat_arrays(encoded.unify_dictionaries().chunks)
        if encoded.num_chunks > 1
        else encoded.chunk(0)
    )
    codes = joined.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return codes.astype(np.intp), joined.dictionary.to_pylist()


def text_of(data: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write numbers and booleans as a category's text: whole ones without a point."""
    if pa.types.is_string(data.type):
        return data
    if pa.types.is_floating(data.type):
        whole = pc.equal(data, pc.round(data))
        if bool(pc.all(whole).as_py()):
            data = data.cast(pa.int64())
    return data.cast(pa.string())


def floats_of(data: pa.ChunkedArray) -> Floats:
    """Return shape (n_rows,) with NaN for missing; no copy where there need be none."""
    values: Floats = np.asarray(
        data.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64
    )
    return values
