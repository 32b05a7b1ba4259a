"""The two forms of the history features give the same numbers, bit for bit."""

import math
from collections.abc import Sequence
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.history import asof
from artifact.history.asof import Table, features_as_of, minor_units, whole_seconds
from artifact.history.definition import FEATURES, SECONDS_PER_DAY, HistoryDefinition
from artifact.history.replay import replay
from artifact.history.state import EntityState, features_of_one

DAY = SECONDS_PER_DAY


def definition(delay_hours: float = 168.0) -> HistoryDefinition:
    return HistoryDefinition(("card",), "time", "amount", delay_hours)


def table_of(
    codes: Sequence[int],
    times: Sequence[float],
    amounts: Sequence[float],
    reports: Sequence[tuple[int, int]] = (),
) -> Table:
    """`reports`: (row, second of the report)."""
    values = np.array(amounts, dtype=float)
    return Table(
        codes=np.array(codes, dtype=np.int64),
        seconds=whole_seconds(np.array(times, dtype=float)),
        minor=minor_units(values, 100),
        amount_known=np.isfinite(values),
        reported=np.array([row for row, _ in reports], dtype=np.intp),
        reported_seconds=np.array([at for _, at in reports], dtype=np.int64),
    )


def features(table: Table, delay_hours: float = 168.0) -> list[dict[str, float]]:
    out = np.empty((len(table.codes), len(FEATURES)))
    features_as_of(table, definition(delay_hours), out)
    return [dict(zip(FEATURES, row, strict=True)) for row in out.tolist()]


amounts = st.one_of(
    st.floats(-1e4, 1e6, allow_nan=False), st.sampled_from([math.nan, 0.0, 0.005])
)
seconds = st.one_of(
    st.integers(-5 * DAY, 120 * DAY),
    st.integers(0, 120).map(lambda day: day * DAY),
    st.integers(40 * DAY, 40 * DAY + 3),
    st.floats(0, 90 * DAY),
)
rows = st.lists(
    st.tuples(st.integers(-1, 3), seconds, amounts), min_size=1, max_size=60
)


@settings(max_examples=120, deadline=None)
@given(data=st.data(), rows=rows, delay=st.sampled_from([0.0, 5.0, 24.0, 168.0, 400.0]))
def test_a_table_played_row_by_row_gives_the_features_of_the_whole(
    data: st.DataObject, rows: list[tuple[int, float, float]], delay: float
) -> None:
    codes, times, values = ([*column] for column in zip(*rows, strict=True))
    frauds = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=20))
    reports = [
        (row, math.floor(times[row]) + data.draw(st.integers(0, 45 * DAY)))
        for row in frauds
    ]
    table = table_of(codes, times, values, reports)
    with patch.object(asof, "BLOCK_ROWS", data.draw(st.integers(1, 9))):
        ((compared, different, first),) = replay(
            [table], np.array(values), definition(delay)
        )
    assert (compared, different) == (len(rows), 0), first


def test_the_first_transaction_counts_itself_and_knows_nothing_else() -> None:
    (row,) = features(table_of([0], [50.0], [12.5]))
    assert row["transactions_today"] == row["transactions_30_days"] == 1
    assert row["amount_7_days"] == 12.5
    assert math.isnan(row["mean_amount_30_days"])
    assert math.isnan(row["seconds_since_last"])
    assert row["reports_30_days"] == row["report_rate_30_days"] == 0
    assert math.isnan(row["days_since_last_report"])


def test_a_window_begins_at_midnight_and_ends_with_the_transaction() -> None:
    times = [0, 29 * DAY, 29 * DAY + 5, 30 * DAY, 30 * DAY + 9]
    got = features(table_of([0] * 5, times, [1.0, 2.0, 4.0, 8.0, 16.0]))
    assert [row["transactions_today"] for row in got] == [1, 1, 2, 1, 2]
    assert [row["transactions_30_days"] for row in got] == [1, 2, 3, 3, 4]
    assert got[2]["amount_over_mean_30_days"] == 4.0 / 1.5
    assert got[4]["seconds_since_last"] == 9


def test_a_report_counts_from_its_second_on() -> None:
    reported = 8 * DAY + 100
    times = [DAY, DAY + 7, reported - 1, reported, reported + DAY]
    got = features(table_of([0] * 5, times, [1.0] * 5, [(0, reported)]))
    assert [row["reports_7_days"] for row in got] == [0, 0, 0, 1, 1]
    assert [row["reports_today"] for row in got] == [0, 0, 0, 1, 0]
    # Two transactions lie one delay before.
    assert got[3]["report_rate_1_day"] == 0.5
    assert got[4]["days_since_first_report"] == 1


def test_what_lies_beyond_the_windows_and_the_delay_is_forgotten() -> None:
    kept = definition().kept_days
    assert kept == 37
    got = features(table_of([0, 0], [0.0, kept * DAY], [1.0, 1.0]))
    assert got[1]["transactions_30_days"] == 1
    assert math.isnan(got[1]["seconds_since_last"])


def test_a_row_without_the_entity_has_no_history_and_makes_none() -> None:
    got = features(table_of([-1, -1, 0], [0, 1, 2], [1.0, 1.0, 1.0]))
    assert all(math.isnan(value) for value in got[1].values())
    assert got[2]["transactions_30_days"] == 1


def test_a_late_transaction_leaves_the_last_time_and_finds_it_unknown() -> None:
    state = EntityState()
    state.record(2 * DAY, 100)
    got = dict(
        zip(FEATURES, features_of_one(state, DAY, 1.0, definition()), strict=True)
    )
    assert got["transactions_30_days"] == 1, "the future is not looked at"
    assert math.isnan(got["seconds_since_last"])
    state.record(DAY, 100)
    assert state.last_seconds == 2 * DAY


def test_sums_are_exact_in_any_order() -> None:
    cents = [0.1, 0.2, 0.3] * 7
    one = features(table_of([0] * 21, list(range(21)), cents))[-1]
    other = features(table_of([0] * 21, list(range(21)), cents[::-1]))[-1]
    assert one["amount_today"] == other["amount_today"] == pytest.approx(4.2, abs=0)
