"""The features of every row of a table, from what was known at its second."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from artifact.errors import ArtifactError
from artifact.history.definition import (
    FEATURES,
    SECONDS_PER_DAY,
    WINDOWS_DAYS,
    HistoryDefinition,
)
from artifact.history.identity import entity_text

Floats = npt.NDArray[np.floating]
Integers = npt.NDArray[np.int64]
Indices = npt.NDArray[np.intp]

#: Sums of minor units beyond it would not be exact in double precision.
LARGEST_SUM = 2**53
#: Rows that are computed at once: what bounds the memory beside the result.
BLOCK_ROWS = 1 << 18


@dataclass(frozen=True)
class Table:
    """What the history of one entity needs of a table; all of shape (n_rows,).

    Attributes
    ----------
    codes : array of int64
        The entity of each row, numbered from 0; -1 where the row has none.
    seconds : array of int64
        The time of each row.
    minor : array of int64
        The amount in minor units, 0 where it is missing.
    amount_known : array of bool
        Where the amount is a number.
    reported : array of int64
        Rows that are frauds, by position; and
    reported_seconds : array of int64
        when each of these was reported.
    """

    codes: Integers
    seconds: Integers
    minor: Integers
    amount_known: npt.NDArray[np.bool_]
    reported: Indices
    reported_seconds: Integers


def whole_seconds(times: Floats) -> Integers:
    """Round times down to seconds, as an online store does."""
    return np.floor(times).astype(np.int64)


def minor_units(amounts: Floats, units: int) -> Integers:
    """Return amounts in whole minor units; what is no number counts as 0.

    Raises
    ------
    ArtifactError
        If their sum could not be kept exactly.
    """
    whole = np.rint(np.where(np.isfinite(amounts), amounts, 0.0) * units)
    if np.abs(whole).sum() >= LARGEST_SUM:
        raise ArtifactError(
            f"The amounts add up to more than {LARGEST_SUM / units:.3g}, which cannot "
            "be summed exactly; use a larger unit for the amount column."
        )
    minor: Integers = whole.astype(np.int64)
    return minor


def features_as_of(table: Table, definition: HistoryDefinition, out: Floats) -> None:
    """Fill `out` of shape (n_rows, 19) with one entity's features.

    Rows of one entity come in the order of their time, then of their position. A row
    counts itself and the rows before it; a report counts from its second on.
    """
    out[table.codes < 0] = np.nan
    order = _time_order(table.codes, table.seconds)
    reports = _Reports.of(table)
    for begin, end in _blocks(table.codes, order):
        rows = order[begin:end]
        codes = table.codes[rows]
        # Scattered row by row: the columns of a large table lie far apart.
        out[rows] = _features(
            _Rows.of(table, rows, codes, definition),
            reports.of_codes(codes[0], codes[-1]),
            definition,
        )


def _time_order(codes: Integers, seconds: Integers) -> Indices:
    """Positions of the rows that have an entity, by entity, time and position."""
    order = np.flatnonzero(codes >= 0)
    times = seconds[order]
    if (times[1:] < times[:-1]).any():
        order = order[np.argsort(times, kind="stable")]
    return order[np.argsort(codes[order], kind="stable")]


def _blocks(codes: Integers, order: Indices) -> Iterator[tuple[int, int]]:
    """Yield stretches of about `BLOCK_ROWS` rows; no entity is in two of them."""
    begin, ordered = 0, codes[order]
    while begin < len(order):
        last = ordered[min(begin + BLOCK_ROWS, len(order)) - 1]
        end = int(np.searchsorted(ordered, last, side="right"))
        yield begin, end
        begin = end


@dataclass(frozen=True)
class _Reports:
    """Reports by entity and time; both of shape (n_reports,)."""

    codes: Integers
    seconds: Integers

    @classmethod
    def of(cls, table: Table) -> Self:
        codes = table.codes[table.reported]
        order = np.lexsort((table.reported_seconds, codes))
        return cls(codes[order], table.reported_seconds[order])

    def of_codes(self, first: np.int64, last: np.int64) -> Self:
        begin, end = np.searchsorted(self.codes, (first, last + 1))
        return type(self)(self.codes[begin:end], self.seconds[begin:end])


@dataclass(frozen=True)
class _Rows:
    """Rows by entity and time, with a key that sorts by entity and day."""

    codes: Integers
    seconds: Integers
    minor: Integers
    amount_known: npt.NDArray[np.bool_]
    #: Days since `first_day`, before which no window begins.
    days: Integers
    first_day: int
    #: Days from `first_day` to the last.
    span: int

    @classmethod
    def of(
        cls,
        table: Table,
        rows: Indices,
        codes: Integers,
        definition: HistoryDefinition,
    ) -> Self:
        seconds = table.seconds[rows]
        days = seconds // SECONDS_PER_DAY
        first_day = int(days.min()) - definition.kept_days - 1
        return cls(
            codes=codes,
            seconds=seconds,
            minor=table.minor[rows],
            amount_known=table.amount_known[rows],
            days=days - first_day,
            first_day=first_day,
            span=int(days.max()) - first_day + 1,
        )

    @cached_property
    def keys(self) -> Integers:
        return self.codes * self.span + self.days

    def since(self, keys: Integers, days_ago: int) -> Indices:
        """Where, in sorted `keys`, the day so many before each row's begins."""
        return np.searchsorted(keys, self.keys - days_ago)


def _features(
    rows: _Rows, reports: _Reports, definition: HistoryDefinition
) -> npt.NDArray[np.float64]:
    """Features of sorted rows, of shape (n_rows, 19)."""
    count, units = len(rows.codes), definition.minor_units
    out = np.full((count, len(FEATURES)), np.nan)
    sums = np.concatenate(([0], np.cumsum(rows.minor)))
    position = np.arange(count)
    for index, window in enumerate(WINDOWS_DAYS):
        begin = rows.since(rows.keys, window - 1)
        earlier, total = position - begin, sums[:-1] - sums[begin]
        out[:, index] = earlier + 1
        out[:, 3 + index] = (total + rows.minor) / units
        np.divide(total, earlier, out=out[:, 6 + index], where=earlier > 0)
        out[:, 6 + index] /= units
    mean = out[:, 8]
    known = (mean > 0) & rows.amount_known
    np.divide(rows.minor / units, mean, out=out[:, 9], where=known)
    _fill_seconds_since_last(rows, definition, out[:, 10])
    _fill_reports(rows, reports, definition, out)
    return out


def _fill_seconds_since_last(
    rows: _Rows, definition: HistoryDefinition, out: Floats
) -> None:
    known = np.zeros(len(out), dtype=bool)
    known[1:] = (rows.codes[1:] == rows.codes[:-1]) & (
        np.diff(rows.days) < definition.kept_days
    )
    out[known] = (rows.seconds - np.roll(rows.seconds, 1))[known]


def _fill_reports(
    rows: _Rows, reports: _Reports, definition: HistoryDefinition, out: Floats
) -> None:
    """Count reports by the day they came, over the transactions one delay before."""
    days = reports.seconds // SECONDS_PER_DAY - rows.first_day
    # Reports before the first row's windows, or after the last row, count for none.
    seen = (days >= 0) & (days < rows.span)
    codes, days = reports.codes[seen], days[seen]
    keys = codes * rows.span + days
    origin, width = rows.first_day * SECONDS_PER_DAY, rows.span * SECONDS_PER_DAY
    until = np.searchsorted(
        codes * width + (reports.seconds[seen] - origin),
        rows.codes * width + (rows.seconds - origin),
        side="right",
    )
    delay = definition.delay_days
    known_until = (
        rows.since(rows.keys, delay - 1) if delay else np.arange(len(rows.keys)) + 1
    )
    since = until
    for index, window in enumerate(WINDOWS_DAYS):
        since = rows.since(keys, window - 1)
        known = known_until - rows.since(rows.keys, delay + window - 1)
        out[:, 11 + index] = until - since
        out[:, 14 + index] = (until - since) / np.maximum(known, 1)
    any_report = until > since
    out[any_report, 17] = rows.days[any_report] - days[since[any_report]]
    out[any_report, 18] = rows.days[any_report] - days[until[any_report] - 1]


def entity_codes(
    codes: npt.NDArray[np.integer], values: Sequence[object]
) -> tuple[npt.NDArray[np.intp], tuple[str, ...]]:
    """Return each row's entity as a number, however spelt, and each number's text.

    `codes`, of shape (n_rows,), are places in `values`, or -1; so is the result.
    """
    place: dict[str, int] = {}
    numbers = np.full(len(values) + 1, -1, dtype=np.intp)
    for code, value in enumerate(values):
        text = entity_text(value)
        if text is not None:
            numbers[code] = place.setdefault(text, len(place))
    return numbers[codes], tuple(place)
