"""JSON and JSON Lines bodies → rows of numbers, strictly.

The quick readers take a body apart with a compiled decoder and accept it only when
that is certain to be right. All else goes to the exact reader, `JsonScanner`, which
accepts it after all or says what is wrong with it.
"""

import numpy as np

from serving.formats.json_blocks import decode_blocks
from serving.formats.json_decoders import (
    Decoder,
    DecoderOfOne,
    decoder_of_one,
    fastest_decoder,
)
from serving.formats.json_lists import JsonLists, Loads
from serving.formats.json_scanner import INSTANCES, JsonScanner
from serving.formats.schema import Ignored, Rows, Schema
from serving.formats.table_json import TableJson
from serving.formats.text import BLANK, BLOCK_BYTES, decode_text

_BLANK = BLANK.encode()
_QUOTE = ord('"')


class JsonReader:
    """Reads transactions of one schema from JSON."""

    def __init__(
        self,
        schema: Schema,
        decoder: Decoder | None = None,
        decode_one: DecoderOfOne | None = None,
        loads_lists: Loads | None = None,
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
        self._lists = JsonLists(len(schema), loads_lists)
        self._table = TableJson(schema) if schema.is_typed or schema.ignored else None
        if schema.is_typed:
            self._countable = False

    def read(self, body: bytes, ignored: Ignored | None = None) -> tuple[Rows, str]:
        """Rows of shape (n_rows, n_features), and the form they came in.

        The form is "object" for one transaction, "list", or "instances" for
        ``{"instances": [...]}``. A transaction is an object, or a list of the model's
        values in the manifest's order.

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
        """Rows of a JSON Lines body, one object or list of values a line."""
        if self._countable:
            quick = self._read_lines_quickly(body.rstrip(_BLANK))
            if quick:
                return quick[0]
        ignored = ignored or Ignored()
        return JsonScanner(decode_text(body), self._schema, ignored).lines()

    def _read_lines_quickly(self, body: bytes) -> tuple[Rows, str] | None:
        # Counted and not split: millions of lines would be as many objects.
        breaks = body.count(b"\n")
        start, end = (b"[", b"]") if body.startswith(b"[") else (b"{", b"}")
        if (
            not (body.startswith(start) and body.endswith(end))
            or body.count(start) != breaks + 1
            or body.count(end + b"\n" + start) + body.count(end + b"\r\n" + start)
            != breaks
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
        if rest:
            return None
        if not n_rows:
            return self._accepted(self._lists.read(body))
        if len(body) <= 2 * BLOCK_BYTES:
            rows = self._decoder(body, form, n_rows)
        elif form == "object":
            return None
        else:
            shape = (n_rows, width)
            rows = decode_blocks(body, form, shape, b"{}", self._decode_list)
        return None if rows is None else self._accepted((rows, form))

    def _decode_list(self, block: bytes, n_rows: int) -> Rows | None:
        return self._decoder(block, "list", n_rows)

    def _accepted(self, read: tuple[Rows, str] | None) -> tuple[Rows, str] | None:
        return read if read is not None and self._schema.accepts(read[0]) else None
