"""JSON and JSON Lines bodies → rows of numbers, strictly.

The quick reader here takes a body apart with the standard library's decoder and
accepts it only when that is certain to be right. All else goes to the exact reader,
`JsonScanner`, which accepts it after all or says what is wrong with it.
"""

import json
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np

from serving.json_scanner import INSTANCES, JsonScanner
from serving.schema import Rows, Schema
from serving.text import BLANK, decode_text


class JsonReader:
    """Reads transactions of one schema from JSON."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._values = _getter(schema.names)
        # The quick reader tells duplicate fields and words by counting bytes, which
        # is exact only when no name holds what it counts.
        self._countable = all(
            name.isprintable()
            and not set(name) & set('"\\{}[],')
            and "true" not in name
            and "false" not in name
            for name in schema.names
        )

    def read(self, body: bytes) -> tuple[Rows, str]:
        """Rows of shape (n_rows, n_features), and the form they came in.

        The form is "object" for one transaction, "list", or "instances" for
        ``{"instances": [...]}``.

        Raises
        ------
        RequestError
            Naming the row and field at fault.
        """
        quick = self._read_quickly(body) if self._countable else None
        return quick or JsonScanner(decode_text(body), self._schema).document()

    def read_lines(self, body: bytes) -> Rows:
        """Rows of a JSON Lines body, one object a line."""
        if self._countable:
            quick = self._read_lines_quickly(body.rstrip(BLANK.encode()))
            if quick:
                return quick[0]
        return JsonScanner(decode_text(body), self._schema).lines()

    def _read_lines_quickly(self, body: bytes) -> tuple[Rows, str] | None:
        if body.count(b"\n") + 1 != body.count(b"{"):
            return None
        lines = body.split(b"\n")
        if not all(x.startswith(b"{") and x.endswith((b"}", b"}\r")) for x in lines):
            return None
        return self._read_quickly(b"[" + b",".join(lines) + b"]")

    def _read_quickly(self, body: bytes) -> tuple[Rows, str] | None:
        width = len(self._schema)
        n_rows, rest = divmod(body.count(b'"'), 2 * width)
        form = "list"
        if rest:
            n_rows, rest = divmod(body.count(b'"') - 2, 2 * width)
            form = INSTANCES
        # These counts hold for a right body alone, and bound what decoding makes of
        # a wrong one.
        if (
            rest
            or not n_rows
            or body.count(b",") != n_rows * width - 1
            or body.count(b"{") != n_rows + (form == INSTANCES)
            or body.count(b"[") > 1
            or b"true" in body
            or b"false" in body
        ):
            return None
        try:
            document = json.loads(body.decode())
            if form == INSTANCES:
                document = document[INSTANCES] if len(document) == 1 else None
            elif isinstance(document, dict):
                form, document = "object", [document]
            if not isinstance(document, list) or set(map(len, document)) != {width}:
                return None
            values = chain.from_iterable(map(self._values, document))
            rows = np.fromiter(values, np.float64, n_rows * width)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return None
        rows = rows.reshape(n_rows, width)
        return (rows, form) if self._schema.accepts(rows) else None


def _getter(names: tuple[str, ...]) -> Any:  # noqa: ANN401 - a callable of a dict
    if len(names) == 1:
        return lambda transaction: (transaction[names[0]],)
    return itemgetter(*names)
