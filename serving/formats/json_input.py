"""JSON and JSON Lines bodies → rows of numbers, strictly.

The quick readers take a body apart with a compiled decoder and accept it only when
that is certain to be right. All else goes to the exact reader, `JsonScanner`, which
accepts it after all or says what is wrong with it.
"""

import re

import numpy as np

from serving.formats.json_decoders import (
    Decoder,
    DecoderOfOne,
    decoder_of_one,
    fastest_decoder,
)
from serving.formats.json_scanner import INSTANCES, JsonScanner
from serving.formats.schema import Ignored, Rows, Schema
from serving.formats.table_json import TableJson
from serving.formats.text import BLANK, BLOCK_BYTES, decode_text

_BLANK = BLANK.encode()
_QUOTE = ord('"')
_COMMA = re.compile(rb"[ \t\n\r]*,")
#: Form → what stands around its rows.
_AROUND = {
    "object": re.compile(rb"(?!)"),
    "list": re.compile(rb"[ \t\n\r]*\[(?P<rows>.*)\][ \t\n\r]*", re.DOTALL),
    INSTANCES: re.compile(
        rb"[ \t\n\r]*\{[ \t\n\r]*\"instances\"[ \t\n\r]*:[ \t\n\r]*\[(?P<rows>.*)\]"
        rb"[ \t\n\r]*\}[ \t\n\r]*",
        re.DOTALL,
    ),
}


class JsonReader:
    """Reads transactions of one schema from JSON."""

    def __init__(
        self,
        schema: Schema,
        decoder: Decoder | None = None,
        decode_one: DecoderOfOne | None = None,
    ) -> None:
        self._schema = schema
        self._decoder = decoder or fastest_decoder(schema.names)
        # Duplicate fields are told by counting quotes, which is exact only when no
        # name holds what is counted.
        self._countable = all(
            name.isprintable() and not set(name) & set('"\\{}[],') and name != INSTANCES
            for name in schema.names
        )

        self._decode_one = decode_one or decoder_of_one(schema)
        self._n_quotes = 2 * len(schema)
        self._table = TableJson(schema) if schema.is_typed or schema.ignored else None
        if schema.is_typed:
            self._countable = False

    def read(self, body: bytes, ignored: Ignored | None = None) -> tuple[Rows, str]:
        """Rows of shape (n_rows, n_features), and the form they came in.

        The form is "object" for one transaction, "list", or "instances" for
        ``{"instances": [...]}``.

        Raises
        ------
        RequestError
            Naming the row and field at fault.
        """
        ignored = ignored or Ignored()
        quick = self._read_quickly(body) if self._countable else None
        if quick is None and self._table is not None:
            quick = self._table.read(body, ignored)
        return quick or JsonScanner(decode_text(body), self._schema, ignored).document()

    def read_one(self, body: bytes) -> tuple[float, ...] | None:
        """Read the values of one ordinary object quickly; None in any doubt."""
        if self._schema.is_typed:
            return self._table.read_one(body) if self._table is not None else None
        if not self._countable or body.count(b'"') != self._n_quotes:
            return None
        return self._decode_one(body)

    def read_lines(self, body: bytes, ignored: Ignored | None = None) -> Rows:
        """Rows of a JSON Lines body, one object a line."""
        if self._countable:
            quick = self._read_lines_quickly(body.rstrip(_BLANK))
            if quick:
                return quick[0]
        ignored = ignored or Ignored()
        return JsonScanner(decode_text(body), self._schema, ignored).lines()

    def _read_lines_quickly(self, body: bytes) -> tuple[Rows, str] | None:
        # Counted and not split: millions of lines would be as many objects.
        breaks = body.count(b"\n")
        if (
            not (body.startswith(b"{") and body.endswith(b"}"))
            or body.count(b"{") != breaks + 1
            or body.count(b"}\n{") + body.count(b"}\r\n{") != breaks
        ):
            return None
        return self._read_quickly(b"[" + body.replace(b"\n", b",") + b"]")

    def _read_quickly(self, body: bytes) -> tuple[Rows, str] | None:
        width = len(self._schema)
        # Two quotes for every name, once a row: fewer or more is a wrong body. So is
        # any other string, since a decoder takes only rows of all names.
        quotes = int(np.count_nonzero(np.frombuffer(body, np.uint8) == _QUOTE))
        n_rows, rest = divmod(quotes, 2 * width)
        form = "list"
        if rest:
            n_rows, rest = divmod(quotes - 2, 2 * width)
            form = INSTANCES
        elif n_rows == 1 and body.lstrip(_BLANK).startswith(b"{"):
            form = "object"
        if rest or not n_rows:
            return None
        rows = (
            self._decoder(body, form, n_rows)
            if len(body) <= 2 * BLOCK_BYTES
            else self._decode_blocks(body, form, n_rows)
        )
        if rows is None or not self._schema.accepts(rows):
            return None
        return rows, form

    def _decode_blocks(self, body: bytes, form: str, n_rows: int) -> Rows | None:
        """Decode a large body block by block, so that other threads run between.

        Braces and brackets stand in no name here, and numbers hold none.
        """
        around = _AROUND[form].fullmatch(body)
        if around is None:
            return None
        start, stop = around.span("rows")
        rows = np.empty((n_rows, len(self._schema)))
        filled = 0
        while start < stop:
            end = body.find(b"}", start + BLOCK_BYTES, stop) + 1 or stop
            block = body[start:end]
            count = block.count(b"{")
            decoded = self._decoder(b"[%b]" % block, "list", count)
            if decoded is None or filled + count > n_rows:
                return None
            rows[filled : filled + count] = decoded
            filled += count
            comma = _COMMA.match(body, end, stop)
            if end < stop and comma is None:
                return None if body[end:stop].strip(_BLANK) else rows
            start = comma.end() if comma else stop
            if comma and start == stop:
                return None  # a comma, and nothing behind it
        return rows if filled == n_rows else None
