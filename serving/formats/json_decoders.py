"""Compiled JSON decoders that take right bodies apart, and nothing else.

Each returns rows only for a body of exactly `n_rows` objects with exactly the
features as fields, all of them JSON numbers; duplicate fields are the caller's to
count. In any doubt the answer is None.
"""

import json
import struct
from collections.abc import Callable, Iterable, Sequence
from itertools import starmap
from operator import itemgetter, le
from typing import Annotated, Any

import numpy as np

from serving.formats.json_scanner import INSTANCES
from serving.formats.schema import Rows, Schema

#: Body, form ("object", "list" or "instances") and number of rows → rows.
Decoder = Callable[[bytes, str, int], Rows | None]
#: Body → the values of its one object, if each lies in the range that training saw.
DecoderOfOne = Callable[[bytes], tuple[float, ...] | None]

#: The standard decoder makes much of a long body before it can be refused.
_MOST_BYTES_OF_ONE = 1 << 16


def fastest_decoder(names: tuple[str, ...]) -> Decoder:
    """Return the typed decoder where msgspec is installed and takes these names."""
    try:
        return typed_decoder(names)
    except (ImportError, ValueError):
        return standard_decoder(names)


def standard_decoder(names: tuple[str, ...]) -> Decoder:
    """Decode with the standard library, as in AWS's image."""
    width = len(names)
    values_of = _getter(names)
    # Its true and false would become 1 and 0 unseen.
    no_words = all("true" not in name and "false" not in name for name in names)

    def decode(body: bytes, form: str, n_rows: int) -> Rows | None:
        # Counts that a right body has; they bound what decoding makes of a wrong one.
        if (
            not no_words
            or body.count(b",") != n_rows * width - 1
            or body.count(b"{") != n_rows + (form == INSTANCES)
            or body.count(b"[") != (form != "object")
            or b"true" in body
            or b"false" in body
        ):
            return None
        try:
            document = json.loads(body.decode())
            if form == INSTANCES:
                document = document[INSTANCES]
            elif form == "object":
                document = [document]
            if set(map(len, document)) != {width}:
                return None
            return stack(map(values_of, document), width)
        except (
            *(ValueError, TypeError, KeyError, OverflowError, RecursionError),
            struct.error,
        ):
            return None

    return decode


def typed_decoder(names: tuple[str, ...]) -> Decoder:
    """Decode with msgspec, which checks names and types as it goes.

    Raises
    ------
    ImportError
        If msgspec is not installed.
    ValueError
        If it takes no such names: those that JSON must escape.
    """
    import msgspec  # noqa: PLC0415 - taken where it is installed

    row: Any = _row_type(names, [float] * len(names))
    wrapper = msgspec.defstruct(
        "Wrapper",
        [("rows", list[row])],
        rename={"rows": INSTANCES},
        forbid_unknown_fields=True,
    )
    decode_one = msgspec.json.Decoder(row).decode
    decode_list = msgspec.json.Decoder(list[row]).decode
    decode_wrapper = msgspec.json.Decoder(wrapper).decode
    values_of = msgspec.structs.astuple
    width = len(names)

    def decode(body: bytes, form: str, n_rows: int) -> Rows | None:
        try:
            if form == "object":
                return np.array((values_of(decode_one(body)),), np.float64)
            decoded = (
                decode_list(body)
                if form == "list"
                else values_of(decode_wrapper(body))[0]
            )
        except (msgspec.DecodeError, ValueError):
            return None
        if len(decoded) != n_rows:
            return None
        return stack(map(values_of, decoded), width)

    return decode


def stack(rows: Iterable[Sequence[float]], width: int) -> Rows:
    """Put rows of numbers below each other; `struct` is quicker than numpy here."""
    packed = b"".join(starmap(struct.Struct(f"{width}d").pack, rows))
    return np.frombuffer(packed, np.float64).reshape(-1, width)


def decoder_of_one(schema: Schema) -> DecoderOfOne:
    """Return the decoder of one ordinary object, typed as `fastest_decoder` is."""
    if schema.ranges is None:
        return lambda _body: None
    try:
        import msgspec  # noqa: PLC0415 - taken where it is installed

        types = [Annotated[float, msgspec.Meta(ge=x, le=y)] for x, y in schema.ranges]
        row = _row_type(schema.names, types)
    except (ImportError, ValueError):
        return standard_decoder_of_one(schema)
    decode_one = msgspec.json.Decoder(row).decode
    values_of, refused = msgspec.structs.astuple, (msgspec.DecodeError, ValueError)

    def decode(body: bytes) -> tuple[float, ...] | None:
        try:
            return values_of(decode_one(body))
        except refused:
            return None

    return decode


def standard_decoder_of_one(schema: Schema) -> DecoderOfOne:
    """Decode one ordinary object with the standard library."""
    width, values_of = len(schema), _getter(schema.names)
    is_number = {float, int}.issuperset
    lowest, highest = zip(*schema.ranges or (), strict=True)

    def decode(body: bytes) -> tuple[float, ...] | None:
        if len(body) > _MOST_BYTES_OF_ONE:
            return None
        try:
            document = json.loads(body.decode())
            values: tuple[float, ...] = values_of(document)
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        right = (
            len(document) == width
            and is_number(map(type, values))
            and all(map(le, lowest, values))
            and all(map(le, values, highest))
        )
        return values if right else None

    return decode


def _row_type(names: tuple[str, ...], types: Sequence[Any]) -> Any:  # noqa: ANN401 - a type made here
    import msgspec  # noqa: PLC0415 - taken where it is installed

    fields = [(f"f{position}", kind) for position, kind in enumerate(types)]
    return msgspec.defstruct(
        "Row",
        fields,
        rename={f"f{position}": name for position, name in enumerate(names)},
        forbid_unknown_fields=True,
        gc=False,
    )


def _getter(names: tuple[str, ...]) -> Any:  # noqa: ANN401 - a callable of a dict
    if len(names) == 1:
        return lambda transaction: (transaction[names[0]],)
    return itemgetter(*names)
