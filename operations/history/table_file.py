"""Histories of a table: read its events as training reads them, add the features."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from artifact.columns import Kind
from artifact.history.asof import (
    Table,
    entity_codes,
    features_as_of,
    minor_units,
    whole_seconds,
)
from artifact.history.definition import (
    FEATURES,
    HistoryDefinition,
    feature_names_of,
)
from artifact.near_names import nearest_name
from operations.account.errors import OperationError
from training.columns import Columns, Unlabelled
from training.data.arrow_values import dictionary_of, simplified
from training.data.data_files import find_files
from training.data.kinds import find_kind
from training.data.labels import read_labels, unclear_labels
from training.data.number_kinds import of_numbers
from training.data.number_text import read_number_text
from training.data.tables import Table as DataTable
from training.data.tables import column_names, partitions_of, read_table
from training.errors import TrainingError

Floats = npt.NDArray[np.float64]
#: Beyond it a number is not the one that was written.
_EXACT = 2.0**53


def read_events(
    path: Path,
    definition: HistoryDefinition,
    *,
    label: str,
    report_time: str = "",
    fraud_value: str = "",
    unlabelled: Unlabelled = "refuse",
) -> tuple[Floats, list[Table]]:
    """Return the amounts, and a table for each entity.

    Without a `label`, no row is known to be a fraud. `fraud_value` and `unlabelled` are
    as in training; a row whose label is dropped is a payment all the same.

    Raises
    ------
    OperationError
        If the file cannot be read, or a column is absent or of the wrong type.
    """
    columns = [definition.time, definition.amount, *definition.entities]
    columns += [name for name in (label, report_time) if name]
    table = _read(path, columns)
    amounts = _numbers(table, definition.amount, Columns(amount=definition.amount))
    times = _times(table, definition.time)
    said = Columns(label, fraud_value=fraud_value, unlabelled=unlabelled)
    labels = _labels(path, table, said) if label else np.zeros(len(amounts))
    frauds = np.flatnonzero(labels == 1)
    seconds, minor = whole_seconds(times), minor_units(amounts, definition.minor_units)
    reported = seconds[frauds] + round(3600 * definition.label_delay_hours)
    if report_time:
        given = _times(table, report_time, may_be_missing=True)[frauds]
        reported = np.where(np.isnan(given), reported, np.floor(given)).astype(np.int64)
    return amounts, [
        Table(
            codes=_codes(table.data[entity]),
            seconds=seconds,
            minor=minor,
            amount_known=np.isfinite(amounts),
            reported=frauds,
            reported_seconds=reported,
        )
        for entity in definition.entities
    ]


def write_with_features(
    source: Path, target: Path, definition: HistoryDefinition, tables: Sequence[Table]
) -> None:
    """Write a table's own columns but the entities, and the features as of each row.

    A feature that is not known is null.

    Raises
    ------
    OperationError
        If it cannot be read or written.
    """
    read = _read(source, ())
    kept = [n for n in read.data.column_names if n not in definition.entities]
    whole = _typed(read.data.select(kept), read.text_names)
    for entity, table in zip(definition.entities, tables, strict=True):
        features = np.empty((len(table.codes), len(FEATURES)))
        features_as_of(table, definition, features)
        for name, values in zip(feature_names_of(entity), features.T, strict=True):
            column = pa.array(values, mask=np.isnan(values))
            whole = whole.append_column(name, column)
    temporary = target.with_name(f".{target.name}.tmp")
    write = pa.parquet.write_table if _is_parquet(target) else pa.csv.write_csv
    try:
        write(whole, temporary)
        temporary.replace(target)
    except OSError as error:
        raise OperationError(f"{target} cannot be written: {error.strerror}.") from None


def _is_parquet(path: Path) -> bool:
    return path.suffix == ".parquet"


def _typed(table: pa.Table, text_names: frozenset[str]) -> pa.Table:
    """Return the table with a text file's columns of plain numbers as numbers.

    What training would take for keys or codes stays text, and so does what a file that
    knows types says is text.
    """
    for name in text_names.intersection(table.column_names):
        column = _plain_numbers(name, table[name])
        if column is not None:
            place = table.column_names.index(name)
            table = table.set_column(place, name, column)
    return table


def _plain_numbers(name: str, text: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return text as numbers that say the same; None where it is anything else."""
    plain, _ = simplified(text)
    found = read_number_text(name, plain, is_forced=False, is_text_file=True)
    if found is None or found.column.is_marked or found.stray.any():
        return None
    kind = of_numbers(found.column, found.text, found.values, Columns(), None)
    if kind.column.kind not in (Kind.NUMBER, Kind.TIMESTAMP):
        return None
    if not (np.abs(found.values[~np.isnan(found.values)]) <= _EXACT).all():
        return None
    for type_ in (pa.int64(), pa.float64()):
        with suppress(pa.ArrowInvalid):
            return found.text.cast(type_)
    return None


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except TrainingError as error:
        raise OperationError(str(error)) from None


def _read(path: Path, columns: Sequence[str]) -> DataTable:
    with _told():
        files = find_files(path)
        names = [*column_names(files[0]), *partitions_of(files[0], files)]
    for name in columns:
        if name not in names:
            near = nearest_name(name, names)
            hint = f"did you mean {near!r}?" if near else "name another."
            raise OperationError(f"{path} has no column {name!r}; {hint}")
    with _told():
        return read_table(files, only=columns or None)


def _labels(path: Path, table: DataTable, said: Columns) -> Floats:
    with _told():
        labels = read_labels(table.data[said.label], said, str(path))
        if faults := unclear_labels(table, labels, said):
            raise TrainingError(faults[0])
    return labels


def _numbers(
    table: DataTable,
    name: str,
    columns: Columns,
    expected: str = "numbers",
    kinds: tuple[Kind, ...] = (Kind.NUMBER,),
) -> Floats:
    """Values of a column as training reads them, NaN for missing."""
    is_text = name in table.text_names
    found = find_kind(name, table.data[name], columns, is_text_file=is_text)
    if found.column.kind is Kind.EMPTY:
        return np.full(len(table.data), np.nan)
    if found.values is None or found.column.kind not in kinds or found.column.is_clock:
        raise OperationError(
            f"{table.parts[0].file}: column {name!r} is of kind {found.column.kind} "
            f"({found.column.why}), expected {expected}; name another."
        )
    if found.stray is not None:
        file, place = table.place(int(np.argmax(found.stray)))
        raise OperationError(
            f"{file}: column {name!r} holds {found.stray_kind} in {place}, expected "
            f"{expected}; correct it."
        )
    return found.values


def _times(table: DataTable, name: str, *, may_be_missing: bool = False) -> Floats:
    """Seconds; a timestamp's since 1970, without a zone taken as UTC."""
    kinds = (Kind.TIMESTAMP, Kind.NUMBER)
    times = _numbers(table, name, Columns(time=name), "times", kinds)
    if not may_be_missing and not np.isfinite(times).all():
        file = table.parts[0].file
        raise OperationError(f"{file}: column {name!r} has rows without a time.")
    return times


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    spelt, values = dictionary_of(column)
    codes, _ = entity_codes(spelt, values)
    return codes.astype(np.int64)
