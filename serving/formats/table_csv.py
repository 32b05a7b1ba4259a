"""CSV bodies whose cells may be text, empty, or of columns that the model ignores."""

import csv
import io
import math
from array import array
from collections.abc import Iterator
from itertools import chain

from artifact.number_text import PLAIN_NUMBER
from serving.errors import RequestError, bad_request, empty_body
from serving.formats.schema import Ignored, Rows, Schema
from serving.formats.text import counted_cells

#: Place of a cell whose column the model does not use.
_IGNORED = -1


class TableCsv:
    """Reads rows of one schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        values = {text for column in schema.columns for text in column.categories}
        #: Names that no value can be taken for.
        self._telling = {
            name
            for name in (schema.index.keys() | schema.ignored) - values
            if not PLAIN_NUMBER.fullmatch(name)
        }
        self._needed = {
            name
            for place, name in enumerate(schema.names)
            if place not in schema.optional
        }

    def is_header(self, cells: list[str]) -> bool:
        """Whether the first row holds names."""
        names = self._schema.index.keys() | self._schema.ignored
        stripped = {cell.strip() for cell in cells}
        if bool(stripped & self._telling):
            return True
        # What may be a value too is a name where all that are needed are there.
        return stripped <= names and self._needed <= stripped

    def read(self, text: str, ignored: Ignored) -> Rows:
        """Rows of shape (n_rows, n_features); row numbers count records of data.

        Raises
        ------
        RequestError
            Naming the row and field at fault.
        """
        records = self._records(text)
        first = next(records)
        places = list(range(len(self._schema)))
        values = array("d")
        if self.is_header(first):
            places = self._places(first)
        else:
            records = chain([first], records)
        for row, cells in enumerate(records, 1):
            values.extend(self._row(cells, row, places))
        if not values:
            raise empty_body()
        ignored.fields += (len(values) // len(self._schema)) * places.count(_IGNORED)
        return self._schema.rows_of(values)

    def _records(self, text: str) -> Iterator[list[str]]:
        reader = csv.reader(io.StringIO(text))
        try:
            yield from reader
        except csv.Error:
            raise bad_request(
                "invalid_csv",
                row=reader.line_num,
                expected="cells between commas, in double quotes where they hold one",
                got="something else",
            ) from None

    def _places(self, names: list[str]) -> list[int]:
        """Column of the model for each cell; -1 where it is ignored."""
        schema, places = self._schema, []
        for name in schema.header_names(names):
            column = schema.index.get(name, _IGNORED)
            if column == _IGNORED and name not in schema.ignored:
                raise schema.unknown_field(None, name)
            if column != _IGNORED and column in places:
                raise bad_request(
                    "duplicate_field",
                    field=name,
                    expected="each feature once in the header",
                    got="the same feature again",
                )
            places.append(column)
        for name, column in schema.index.items():
            if column not in places and column not in schema.optional:
                raise schema.missing_field(None, name)
        return places

    def _row(self, cells: list[str], row: int, places: list[int]) -> list[float]:
        if len(cells) != len(places) or not cells:
            raise self._wrong_count(cells, row, len(places))
        values = [math.nan] * len(self._schema)
        for place, cell in zip(places, cells, strict=True):
            if place != _IGNORED:
                values[place] = self._schema.encoded_cell(cell, row, place)
        return values

    def _wrong_count(self, cells: list[str], row: int, expected: int) -> RequestError:
        return bad_request(
            "wrong_column_count",
            row=row,
            expected=counted_cells(expected),
            got=counted_cells(len(cells)) if cells else "an empty line",
        )
