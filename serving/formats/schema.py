"""The model's input columns, and the check of one transaction against them."""

import math
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from artifact.columns import HISTORY, Kind
from artifact.manifest import Manifest
from artifact.value_encoders import LARGEST, encoder, text_encoder
from artifact.value_kinds import WrongKindError, expected_of
from serving.errors import RequestError, bad_request, is_plain_name

if TYPE_CHECKING:
    from array import array

Rows = npt.NDArray[np.float64]
#: Values of one row after the other, with no object for each of them.
Values: TypeAlias = "array[float]"


class Ignored:
    """Counts the fields of a request that the model does not use."""

    def __init__(self) -> None:
        self.fields = 0


class Schema:
    """Names, order and types of the features, as the artifact's manifest has them."""

    def __init__(self, manifest: Manifest) -> None:
        features = manifest.features
        self.names = manifest.feature_names
        self.index = {name: i for i, name in enumerate(self.names)}
        self.whole = tuple(f.dtype.startswith(("int", "uint")) for f in features)
        #: What each feature is, in their order.
        self.columns = manifest.inputs
        #: Columns of the training table that are no features: taken, and not read.
        self.ignored = manifest.ignored_names | _pandas_names(manifest)
        histories: dict[str, list[int]] = {}
        for place, column in enumerate(self.columns):
            if column.role == HISTORY:
                entity = column.name.rpartition(".")[0]
                histories.setdefault(entity, []).append(place)
        #: For each entity the places of its features from history.
        self.histories = tuple(map(tuple, histories.values()))
        #: Places of features that a transaction may lack: absent means unknown.
        self.optional = frozenset(chain.from_iterable(self.histories))
        #: Whether a row holds anything but numbers that are always there.
        self.is_typed = not all(column.is_plain for column in self.columns)
        self.encode = tuple(map(encoder, self.columns))
        self.encode_text = tuple(map(text_encoder, self.columns))
        #: Places of features that are answered without a value, and counted.
        self._never_missing = [
            place for place, c in enumerate(self.columns) if c.never_missing
        ]
        self._may_lack = np.array([column.can_be_missing for column in self.columns])
        moments = [column.kind is Kind.TIMESTAMP for column in self.columns]
        # Time goes on: a moment is never outside what training saw.
        self._low = np.where(
            moments, -np.inf, [min(f.quantiles.values()) for f in features]
        )
        self._high = np.where(
            moments, np.inf, [max(f.quantiles.values()) for f in features]
        )
        #: Lowest and highest value of each feature in training; what lies between
        #: is taken.
        self.limits = [
            (max(low, -LARGEST), min(high, LARGEST))
            for low, high in zip(self._low.tolist(), self._high.tolist(), strict=True)
        ]
        #: The same; None where numbers alone do not tell what is taken.
        self.ranges = None if any(self.whole) or self.is_typed else self.limits

    def __len__(self) -> int:
        return len(self.names)

    def rows_of(self, values: Values) -> Rows:
        """Rows of shape (n_rows, n_features) over the same memory."""
        return np.frombuffer(values, np.float64).reshape(-1, len(self))

    def check_value(self, value: float, row: int, column: int) -> float:
        """Return a number as the model takes it, or say what is wrong with it."""
        field = self.names[column]
        if math.isnan(value):
            if self._may_lack[column]:
                return value
            raise _not_finite(row, field, "NaN")
        if math.isinf(value):
            raise _not_finite(row, field, "a number beyond the range of float64")
        if abs(value) > LARGEST:
            raise bad_request(
                "out_of_range",
                row=row,
                field=field,
                expected=f"a number between {-LARGEST:g} and {LARGEST:g}",
                got="a number beyond",
            )
        if self.whole[column] and not value.is_integer():
            raise bad_request(
                "wrong_type",
                row=row,
                field=field,
                expected="a whole number",
                got="a number with a fraction",
            )
        return value

    def check_rows(self, rows: Rows) -> None:
        """Check the values of rows of shape (n_rows, n_features); first fault first.

        Raises
        ------
        RequestError
            Naming the row and the feature.
        """
        if self.accepts(rows):
            return
        for row, values in enumerate(rows, 1):
            for column, value in enumerate(values.tolist()):
                self.check_value(value, row, column)

    def accepts(self, rows: Rows) -> bool:
        """Whether every value is of a size and its feature's type."""
        # NaN is the largest wherever it occurs, and compares as false.
        if self.is_typed:
            gaps = np.isnan(rows)
            if (gaps & ~self._may_lack).any():
                return False
            rows = np.where(gaps, 0.0, rows)
        if not np.abs(rows).max() <= LARGEST:
            return False
        return not any(self.whole) or bool(
            (rows[:, self.whole] == np.rint(rows[:, self.whole])).all()
        )

    def encoded(self, value: object, row: int, column: int) -> float:
        """Return any JSON value as the model takes it, or say what is wrong with it."""
        try:
            number = self.encode[column](value)
        except WrongKindError as error:
            raise self._wrong_kind(error, row, column) from None
        return self._there(number, row, column, "null")

    def encoded_cell(self, cell: str, row: int, column: int) -> float:
        """Return a cell of text as the model takes it, or say what is wrong with it."""
        try:
            number = self.encode_text[column](cell)
        except WrongKindError as error:
            raise self._wrong_kind(error, row, column) from None
        return self._there(number, row, column, "an empty cell")

    def _there(self, number: float, row: int, column: int, absent: str) -> float:
        if math.isnan(number) and not self._may_lack[column]:
            raise bad_request(
                "wrong_type",
                row=row,
                field=self.names[column],
                expected=expected_of(self.columns[column]),
                got=absent,
            )
        return self.check_value(number, row, column)

    def _wrong_kind(self, error: WrongKindError, row: int, column: int) -> RequestError:
        return bad_request(
            "wrong_type",
            row=row,
            field=self.names[column],
            expected=error.expected,
            got=error.got,
        )

    def count_outside(self, rows: Rows) -> int:
        """How many values lie outside the range that training saw."""
        return int(np.count_nonzero((rows < self._low) | (rows > self._high)))

    def count_missing(self, rows: Rows) -> int:
        """How many values are missing that training never saw missing."""
        if not self._never_missing:
            return 0
        return int(np.count_nonzero(np.isnan(rows[:, self._never_missing])))

    def lacks(self, values: Sequence[float]) -> int:
        """As `count_missing`, of one transaction."""
        places = self._never_missing
        # Asked of every request: of nothing, a generator is too much.
        return sum(math.isnan(values[place]) for place in places) if places else 0

    def count_without_history(self, rows: Rows) -> int:
        """How many rows know nothing of at least one entity's history."""
        without = np.zeros(len(rows), dtype=bool)
        for places in self.histories:
            without |= np.isnan(rows[:, places]).all(axis=1)
        return int(np.count_nonzero(without))

    def is_without_history(self, values: Sequence[float]) -> bool:
        """Whether this transaction knows nothing of at least one entity's history."""
        return bool(self.histories) and any(
            all(math.isnan(values[place]) for place in places)
            for places in self.histories
        )

    def known_name(self, name: str) -> str:
        """Return a name without the blanks around it, which training left out."""
        is_known = name in self.index or name in self.ignored
        return name if is_known else name.strip()

    def header_names(self, cells: Iterable[str]) -> list[str]:
        """Return the names of a CSV's header; the second of two alike is ``name.1``.

        Training calls it so, as pandas does.
        """
        names: list[str] = []
        times: dict[str, int] = {}
        for cell in cells:
            name = cell.strip()
            again = times[name] = times.get(name, -1) + 1
            other = f"{name}.{again}"
            known = again and (other in self.index or other in self.ignored)
            names.append(other if known else name)
        return names

    def unknown_field(self, row: int | None, field: str) -> RequestError:
        """Build the refusal of a field that is no feature."""
        return bad_request(
            "unknown_field",
            row=row,
            field=field if is_plain_name(field) else None,
            expected=f"only the model's {len(self)} features",
            got="a field that is none of them",
        )

    def missing_field(self, row: int | None, field: str) -> RequestError:
        """Build the refusal of a transaction without a feature."""
        return bad_request(
            "missing_field",
            row=row,
            field=field,
            expected=expected_of(self.columns[self.index[field]]),
            got="nothing",
        )


def _pandas_names(manifest: Manifest) -> frozenset[str]:
    """Names that pandas gives to columns of a CSV that have none."""
    return frozenset(
        f"Unnamed: {place}"
        for place, column in enumerate(manifest.columns)
        if not column.name
    )


def _not_finite(row: int, field: str, got: str) -> RequestError:
    return bad_request(
        "not_finite", row=row, field=field, expected="a finite number", got=got
    )
