"""The exact reader of JSON: token by token, from transaction to transaction.

It names the row and the field at fault, and needs no recursion and no memory
beyond the rows, whatever the nesting.
"""

import math
import re
from array import array
from json.decoder import scanstring  # type: ignore[attr-defined]

from serving.errors import RequestError, bad_request, empty_body
from serving.formats.schema import Ignored, Rows, Schema, Values
from serving.formats.text import BLANK, lines_of

INSTANCES = "instances"

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_TRANSACTION = "an object or a list of values"
#: Values that are counted beyond those of the model, to say how many came.
_MOST_BEYOND = 10_000
_CLOSING = {"{": "}", "[": "]"}
_WORDS = {"null": None, "true": True, "false": False}
_KINDS = {
    **dict.fromkeys("0123456789", "a number"),
    '"': "a string",
    "{": "an object",
    "[": "a list",
    "null": "null",
    "true": "true or false",
    "false": "true or false",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "Infinity",
    "-": "a number",
}


class JsonScanner:
    """Walks over JSON text once, from transaction to transaction."""

    def __init__(
        self, text: str, schema: Schema, ignored: Ignored | None = None
    ) -> None:
        self._text = text
        self._ignored = ignored or Ignored()
        self._schema = schema
        self._at = 0
        self._row: int | None = None

    def document(self) -> tuple[Rows, str]:
        """Rows and form of a JSON body, as `JsonReader.read` returns them."""
        first = self._peek()
        if not first:
            raise empty_body()
        if first == "[" and self._holds_rows():
            rows, form = self._list(), "list"
        elif first == "[":
            self._row = 1
            rows, form = array("d", self._transaction()), "object"
        elif first == "{":
            start = self._at
            self._take("{")
            wrapped = self._peek() == '"' and self._string() == INSTANCES
            if wrapped and INSTANCES not in self._schema.index:
                rows, form = self._instances(), INSTANCES
            else:
                self._at, self._row = start, 1
                rows, form = array("d", self._transaction()), "object"
        else:
            raise self._unexpected("an object or a list")
        self._row = None
        if self._peek():
            raise self._wrong("the end of the body")
        return self._schema.rows_of(rows), form

    def lines(self) -> Rows:
        """Rows of a JSON Lines body."""
        rows = array("d")
        text = self._text.rstrip(BLANK)
        if not text:
            raise empty_body()
        for number, line in enumerate(lines_of(text), 1):
            self._text, self._at, self._row = line, 0, number
            if not self._peek():
                raise bad_request(
                    "invalid_json",
                    row=number,
                    expected=_TRANSACTION,
                    got="an empty line",
                )
            rows.extend(self._transaction())
            if self._peek():
                raise self._wrong("the end of the line")
        return self._schema.rows_of(rows)

    def _instances(self) -> Values:
        self._take(":")
        if self._peek() != "[":
            raise self._unexpected("a list of transactions", field=INSTANCES)
        rows = self._list()
        self._row = None
        if self._peek() == ",":
            raise bad_request(
                "unknown_field",
                expected=f"only the field {INSTANCES!r}",
                got="a further field",
            )
        self._take("}")
        return rows

    def _list(self) -> Values:
        rows, number = array("d"), 0
        self._take("[")
        if self._peek() == "]":
            raise empty_body()
        while True:
            self._row = number = number + 1
            rows.extend(self._transaction())
            if self._peek() == "]":
                self._at += 1
                return rows
            self._take(",", "',' or ']'")

    def _holds_rows(self) -> bool:
        """Whether the list that begins here holds rows, and is none itself."""
        start = self._at
        self._take("[")
        first, self._at = self._peek(), start
        return first in ("{", "[", "]", "")

    def _transaction(self) -> list[float]:
        """Read one flat object, or the list of its values in the model's order."""
        row = self._row or 1
        first = self._peek()
        if first == "[":
            return self._values(row)
        if first != "{":
            raise self._unexpected(_TRANSACTION)
        return self._fields(row)

    def _fields(self, row: int) -> list[float]:
        values = [math.nan] * len(self._schema)
        seen: set[int] = set()
        self._take("{")
        first = True
        while not (first and self._peek() == "}"):
            first = False
            if self._peek() != '"':
                raise self._wrong("a field's name in double quotes")
            name = self._schema.known_name(self._string())
            self._take(":")
            column = self._schema.index.get(name)
            if column is not None:
                if column in seen:
                    raise bad_request(
                        "duplicate_field",
                        row=row,
                        field=name,
                        expected="each feature once",
                        got="the same feature again",
                    )
                seen.add(column)
                values[column] = self._value(name, row, column)
            elif name in self._schema.ignored:
                self._skip(name)
                self._ignored.fields += 1
            else:
                raise self._schema.unknown_field(row, name)
            if self._peek() == "}":
                break
            self._take(",", "',' or '}'")
        self._take("}")
        for column, name in enumerate(self._schema.names):
            if column not in seen and column not in self._schema.optional:
                raise self._schema.missing_field(row, name)
        return values

    def _values(self, row: int) -> list[float]:
        start, values = self._at, array("d")
        try:
            for column, name in enumerate(self._schema.names):
                self._take("," if column else "[", "',' or ']'")
                values.append(self._value(name, row, column))
            self._take("]", "',' or ']'")
        except RequestError:
            # Of too many or too few, a value may well stand in another's place.
            self._check_count(start, row)
            raise
        return values.tolist()

    def _check_count(self, start: int, row: int) -> None:
        """Refuse a list of another number of values; else, or of no JSON, pass."""
        width = len(self._schema)
        most, count, self._at = width + _MOST_BEYOND, 0, start
        self._take("[")
        try:
            while self._peek() != "]" and count <= most:
                if count:
                    self._take(",")
                self._scalar("")
                count += 1
        except RequestError:
            return
        if count != width:
            more, count = ("more than ", most) if count > most else ("", count)
            raise bad_request(
                "wrong_column_count",
                row=row,
                expected=f"{width} value{'s' * (width != 1)}, in the model's order",
                got=f"{more}{count} value{'s' * (count != 1)}",
            ) from None

    def _value(self, field: str, row: int, column: int) -> float:
        if self._schema.columns[column].is_plain:
            return self._schema.check_value(self._number(field), row, column)
        return self._schema.encoded(self._scalar(field), row, column)

    def _scalar(self, field: str) -> str | float | bool | None:
        """Read a string, a number, true, false or null."""
        if self._peek() == '"':
            return self._string()
        for word, value in _WORDS.items():
            if self._text.startswith(word, self._at):
                self._at += len(word)
                return value
        return self._number(field, "a string, a number, true, false or null")

    def _skip(self, field: str) -> None:
        """Pass over any value, whatever its nesting."""
        if self._peek() not in ("{", "["):
            self._scalar(field)
            return
        open_brackets: list[str] = []
        while True:
            mark = self._peek()
            if mark in ("{", "["):
                open_brackets.append(_CLOSING[mark])
                self._at += 1
            elif mark in (",", ":"):
                self._at += 1
            elif mark in ("}", "]"):
                if mark != open_brackets.pop():
                    raise self._wrong("the end of an ignored value", field)
                self._at += 1
                if not open_brackets:
                    return
            else:
                self._scalar(field)

    def _number(self, field: str, expected: str = "a number") -> float:
        self._peek()
        match = _NUMBER.match(self._text, self._at)
        if match is None:
            raise self._unexpected(expected, field)
        self._at = match.end()
        return float(match.group())

    def _string(self) -> str:
        try:
            text, self._at = scanstring(self._text, self._at + 1, True)  # noqa: FBT003
        except ValueError:
            raise self._wrong("a string in double quotes") from None
        return str(text)

    def _peek(self) -> str:
        """Return the next character that is not white space; empty at the end."""
        self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]
        return self._text[self._at : self._at + 1]

    def _take(self, character: str, expected: str = "") -> None:
        if self._peek() != character:
            raise self._wrong(expected or repr(character))
        self._at += 1

    def _unexpected(self, expected: str, field: str | None = None) -> RequestError:
        """Build the refusal of a value of another kind, or of no JSON value at all."""
        self._peek()
        for start, kind in _KINDS.items():
            if self._text.startswith(start, self._at):
                return bad_request(
                    "wrong_type",
                    row=self._row,
                    field=field,
                    expected=expected,
                    got=kind,
                )
        return self._wrong(expected, field)

    def _wrong(self, expected: str, field: str | None = None) -> RequestError:
        place = f"something else at character {self._at + 1}"
        return bad_request(
            "invalid_json",
            row=self._row,
            field=field,
            expected=expected,
            got=place if self._at < len(self._text) else "the end of the text",
        )
