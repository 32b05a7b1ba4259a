"""When each fraud was reported: a column that is never a feature."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from artifact.columns import Kind
from training.columns import Columns
from training.data.dataset import Dataset, Floats
from training.data.found import Found
from training.data.kinds import find_kind
from training.data.shown_names import shown
from training.data.table_kinds import is_time
from training.data.tables import Table


def read_report_times(
    table: Table, found: Sequence[Found], columns: Columns, labels: Floats
) -> tuple[Floats | None, list[str]]:
    """Return the times of shape (n_rows,), and the first thing wrong with them.

    In seconds on the clock of the rows' own time, NaN where none is known and for what
    was no fraud after all; None where no column of them was named.
    """
    name = columns.report_time
    if not name:
        return None, []
    reports = find_kind(
        name,
        table.data[name],
        replace(columns, time=name, drop=(), report_time=""),
        is_text_file=name in table.text_names,
    )
    time = next((item for item in found if item.column.name == columns.time), None)
    wrong = _fault(table, reports, time)
    if wrong or reports.values is None:
        where = f"{table.parts[0].file}: column {shown(name)}"
        return None, [f"{where}, which --report-time-column names, {wrong}."]
    return np.where(labels == 1, reports.values, np.nan), []


def _fault(table: Table, reports: Found, time: Found | None) -> str:
    """Say what is wrong, as the rest of a sentence that begins with the column."""
    kind = reports.column.kind
    if time is None or time.values is None:
        return "needs a time of the rows beside it; name one with --time-column"
    if reports.values is None or not is_time(reports.column):
        return f"holds no times ({kind}: {reports.column.why}); name another"
    if reports.stray is not None:
        _, place = table.place(int(np.argmax(reports.stray)))
        return f"holds {reports.stray_kind} in {place}; correct it"
    if (kind is Kind.TIMESTAMP) is not (time.column.kind is Kind.TIMESTAMP):
        return (
            f"is of kind {kind} and the time of the rows of kind {time.column.kind}, "
            "expected one clock; write both alike"
        )
    early = reports.values < time.values
    if early.any():
        _, place = table.place(int(np.argmax(early)))
        return f"is before the transaction in {place}; correct the row"
    return ""


def mean_delay_hours(data: Dataset) -> float | None:
    """Return how late frauds were reported on average, rounded up to whole hours.

    None where no fraud of the data has the time of its report.
    """
    if data.reported is None or data.times is None:
        return None
    delays = data.reported - data.times
    delays = delays[np.isfinite(delays)]
    return float(math.ceil(delays.mean() / 3600)) if len(delays) else None
