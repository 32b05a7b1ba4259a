"""Compiled decoding of rows that hold text, gaps and columns the model ignores.

As the decoders of plain numbers, it takes right bodies apart and nothing else: in any
doubt the answer is None, and the exact reader decides.
"""

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from artifact.columns import Column, Kind
from artifact.value_encoders import LARGEST, encoder
from artifact.value_kinds import WrongKindError
from serving.errors import RequestError
from serving.formats.json_scanner import INSTANCES
from serving.formats.schema import Ignored, Rows, Schema

_MOST_BYTES_OF_ONE = 1 << 16


class TableJson:
    """Reads rows of one schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._loads = _loader()
        self._fields = tuple(
            (column.name, _certain(column, *limits))
            for column, limits in zip(schema.columns, schema.limits, strict=True)
        )

    def read_one(self, body: bytes) -> tuple[float, ...] | None:
        """Values of one ordinary object: known categories, and only features."""
        if len(body) > _MOST_BYTES_OF_ONE or b"\\" in body:
            return None
        try:
            document = self._loads(body)
            values = tuple([take(document[name]) for name, take in self._fields])
        except (*_DOUBTS, RequestError):
            return None
        if len(document) != len(self._fields) or not _has_each_once(body, [document]):
            return None
        return values

    def read(self, body: bytes, ignored: Ignored) -> tuple[Rows, str] | None:
        """Rows and form of a body, or None."""
        if b"\\" in body or not self._is_bounded(body):
            return None
        try:
            document = self._loads(body)
            documents, form = _rows_in(document, self._schema)
            rows = self._rows(documents)
        except (*_DOUBTS, RequestError):
            return None
        if not _has_each_once(body, documents, wrapped=form == INSTANCES):
            return None
        ignored.fields += sum(
            len(row.keys() - self._schema.index)
            for row in documents
            if isinstance(row, dict)
        )
        return rows, form

    def _is_bounded(self, body: bytes) -> bool:
        """Whether the counts of marks bound what decoding makes of a wrong body.

        Text may hold the marks too; much of it is left to the exact reader.
        """
        width = len(self._schema)
        objects, lists = body.count(b"{"), body.count(b"[")
        commas = body.count(b",")
        if objects and lists <= 1:
            return commas <= 2 * objects * (width + len(self._schema.ignored) + 1)
        values = max(lists - 1, 1) * width
        return objects <= 1 and values - 1 <= commas <= 2 * values

    def _rows(self, documents: list[Any]) -> Rows:
        schema = self._schema
        rows = np.empty((len(documents), len(schema)))
        for row, document in enumerate(documents):
            if isinstance(document, list):
                rows[row] = self._listed(document, row + 1)
                continue
            for column, name in enumerate(schema.names):
                if column in schema.optional and name not in document:
                    rows[row, column] = math.nan
                else:
                    rows[row, column] = schema.encoded(document[name], row + 1, column)
            for name in document.keys() - schema.index.keys():
                value = document[name]
                if name not in schema.ignored or isinstance(value, dict | list):
                    raise ValueError("an unknown field")
        return rows

    def _listed(self, values: list[Any], row: int) -> list[float]:
        """Values of one row that is a list of them, in the model's order."""
        if len(values) != len(self._schema):
            raise ValueError("another number of values")
        encoded = self._schema.encoded
        return [encoded(value, row, column) for column, value in enumerate(values)]


_DOUBTS = (
    *(ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError),
    WrongKindError,
)


def _loader() -> Callable[[bytes], Any]:
    """Return msgspec's decoder where it is installed, else the standard one."""
    try:
        import msgspec  # noqa: PLC0415 - taken where it is installed
    except ImportError:
        return lambda body: json.loads(body.decode(), parse_constant=_refuse_constant)
    return msgspec.json.Decoder().decode


def _refuse_constant(_word: str) -> NoReturn:
    raise ValueError("NaN or infinity, which JSON has not")


def _rows_in(document: Any, schema: Schema) -> tuple[list[Any], str]:  # noqa: ANN401 - any JSON
    if isinstance(document, list):
        if not document:
            raise ValueError("no rows")
        if isinstance(document[0], dict | list):
            return document, "list"
        return [document], "object"
    if len(document) == 1 and INSTANCES in document and INSTANCES not in schema.index:
        rows = document[INSTANCES]
        if not isinstance(rows, list) or not rows:
            raise ValueError("no rows")
        return rows, INSTANCES
    return [document], "object"


def _has_each_once(body: bytes, documents: list[Any], *, wrapped: bool = False) -> bool:
    """Whether no field was there twice: decoders keep the last of them.

    Without a backslash, two quotes stand for each name and each text.
    """
    strings = int(wrapped)
    for document in documents:
        values = document
        if isinstance(document, dict):
            strings += len(document)
            values = document.values()
        strings += sum(type(value) is str for value in values)
    return body.count(b'"') == 2 * strings


def _certain(column: Column, low: float, high: float) -> Callable[[Any], float]:
    """Return the quick function of a value that leaves no doubt; it raises in any.

    A number outside the range that training saw is left to those who count it.
    """
    if column.kind is Kind.TIMESTAMP:
        return _present(encoder(column), column)
    gap = {None: math.nan} if column.can_be_missing else {}
    if column.kind is Kind.CATEGORY:
        codes: dict[Any, float] = {
            **{text: float(code) for code, text in enumerate(column.categories)},
            **gap,
        }
        if column.is_boolean:
            for value in (True, False):
                text = "true" if value else "false"
                if text in codes:
                    codes[value] = codes[text]
        return codes.__getitem__
    return _certain_number(column, low, high)


def _certain_number(column: Column, low: float, high: float) -> Callable[[Any], float]:
    codes, can_be_missing = column.missing_codes, column.can_be_missing

    def take(value: Any) -> float:  # noqa: ANN401 - any JSON value
        kind = type(value)
        if (kind is float or kind is int) and low <= value <= high:
            if value in codes:
                if can_be_missing:
                    return math.nan
                raise ValueError("missing")
            return float(value)
        if value is None and can_be_missing:
            return math.nan
        raise ValueError("in doubt")

    return take


def _present(encode: Callable[[Any], float], column: Column) -> Callable[[Any], float]:
    def take(value: Any) -> float:  # noqa: ANN401 - any JSON value
        number = encode(value)
        if math.isnan(number) and not column.can_be_missing:
            raise ValueError("missing")
        if not (math.isnan(number) or -LARGEST <= number <= LARGEST):
            raise ValueError("in doubt")
        return number

    return take
