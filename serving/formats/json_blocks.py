"""Large JSON bodies, decoded block by block, so that other threads run between.

Only for bodies whose strings hold no braces and brackets.
"""

import re
from collections.abc import Callable

import numpy as np

from serving.formats.json_scanner import INSTANCES
from serving.formats.schema import Rows
from serving.formats.text import BLANK, BLOCK_BYTES

#: A JSON list of rows, and their number → rows of shape (n_rows, width), or None.
DecodeBlock = Callable[[bytes, int], Rows | None]

_BLANK = BLANK.encode()
_COMMA = re.compile(rb"[ \t\n\r]*,")
#: Form → what stands around its rows.
_AROUND = {
    "list": re.compile(rb"[ \t\n\r]*\[(?P<rows>.*)\][ \t\n\r]*", re.DOTALL),
    INSTANCES: re.compile(
        rb"[ \t\n\r]*\{[ \t\n\r]*\"instances\"[ \t\n\r]*:[ \t\n\r]*\[(?P<rows>.*)\]"
        rb"[ \t\n\r]*\}[ \t\n\r]*",
        re.DOTALL,
    ),
}


def decode_blocks(
    body: bytes, form: str, shape: tuple[int, int], marks: bytes, decode: DecodeBlock
) -> Rows | None:
    """Rows of a body of that form ("list" or "instances"), or None in any doubt.

    Each row begins and ends with one of the two `marks`.
    """
    around = _AROUND[form].fullmatch(body)
    if around is None:
        return None
    opening, closing = marks[:1], marks[1:]
    start, stop = around.span("rows")
    rows = np.empty(shape)
    filled = 0
    while start < stop:
        end = body.find(closing, start + BLOCK_BYTES, stop) + 1 or stop
        block = body[start:end]
        count = block.count(opening)
        decoded = decode(b"[%b]" % block, count)
        if decoded is None or filled + count > len(rows):
            return None
        rows[filled : filled + count] = decoded
        filled += count
        comma = _COMMA.match(body, end, stop)
        if end < stop and comma is None:
            return None if body[end:stop].strip(_BLANK) else rows
        start = comma.end() if comma else stop
        if comma and start == stop:
            return None  # a comma, and nothing behind it
    return rows if filled == len(rows) else None
