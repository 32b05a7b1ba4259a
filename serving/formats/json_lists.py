"""Rows that are JSON lists of numbers, in the model's order, taken apart quickly.

As the decoders of objects, it takes right bodies and nothing else: in any doubt the
answer is None, and the exact reader decides.
"""

import json
import struct
from collections.abc import Callable, Sequence
from typing import Any

from serving.formats.json_blocks import decode_blocks
from serving.formats.json_decoders import stack
from serving.formats.json_scanner import INSTANCES
from serving.formats.schema import Rows

#: A JSON list of rows → the rows; a ValueError or TypeError in any doubt.
Loads = Callable[[bytes], Sequence[Any]]


class JsonLists:
    """Reads bodies whose rows are lists of so many numbers."""

    def __init__(self, width: int, loads: Loads | None = None) -> None:
        self._width = width
        self._loads = loads or fastest_loads(width)

    def read(self, body: bytes) -> tuple[Rows, str] | None:
        """Rows and form: "object" for one list of numbers, "list" or "instances"."""
        n_rows, form = body.count(b"[") - 1, "list"
        if n_rows == 0:
            n_rows, form, body = 1, "object", b"[%b]" % body
        elif b'"' in body:
            form = INSTANCES
        # What a right body has; it bounds what decoding makes of a wrong one.
        if n_rows < 1 or body.count(b",") != n_rows * self._width - 1:
            return None
        around = INSTANCES if form == INSTANCES else "list"
        shape = (n_rows, self._width)
        rows = decode_blocks(body, around, shape, b"[]", self._decode)
        return None if rows is None else (rows, form)

    def _decode(self, block: bytes, n_rows: int) -> Rows | None:
        try:
            decoded = self._loads(block)
            if len(decoded) != n_rows or set(map(len, decoded)) != {self._width}:
                return None
            return stack(decoded, self._width)
        except (ValueError, TypeError, OverflowError, RecursionError, struct.error):
            return None


def fastest_loads(width: int) -> Loads:
    """Return msgspec's typed decoder where it is installed, else the standard one."""
    try:
        return typed_loads(width)
    except ImportError:
        return standard_loads


def typed_loads(width: int) -> Loads:
    """Return msgspec's decoder of lists of `width` numbers.

    Raises
    ------
    ImportError
        If msgspec is not installed.
    """
    import msgspec  # noqa: PLC0415 - taken where it is installed

    row: Any = tuple[(float,) * width]  # type: ignore[misc]
    return msgspec.json.Decoder(list[row]).decode


def standard_loads(body: bytes) -> Sequence[Any]:
    """Decode with the standard library, as in AWS's image."""
    if b"true" in body or b"false" in body:  # they would become 1 and 0 unseen
        raise ValueError("no number")
    return json.loads(body.decode())  # type: ignore[no-any-return]
