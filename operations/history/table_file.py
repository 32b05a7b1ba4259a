"""Histories of a CSV or Parquet file: read its events, add the features."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

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

Floats = npt.NDArray[np.float64]


def read_events(
    path: Path, definition: HistoryDefinition, *, label: str, report_time: str = ""
) -> tuple[Floats, list[Table]]:
    """Return the amounts, and a table for each entity.

    Without a `label`, no row is known to be a fraud.

    Raises
    ------
    OperationError
        If the file cannot be read, or a column is absent or of the wrong type.
    """
    columns = [definition.time, definition.amount, *definition.entities]
    columns += [name for name in (label, report_time) if name]
    table = _read(path, columns)
    amounts = _numbers(path, table, definition.amount)
    times = _times(path, table, definition.time)
    labels = _numbers(path, table, label) if label else np.zeros(len(amounts))
    frauds = np.flatnonzero(labels == 1)
    seconds, minor = whole_seconds(times), minor_units(amounts, definition.minor_units)
    reported = seconds[frauds] + round(3600 * definition.label_delay_hours)
    if report_time:
        given = _times(path, table, report_time, may_be_missing=True)[frauds]
        reported = np.where(np.isnan(given), reported, np.floor(given)).astype(np.int64)
    return amounts, [
        Table(
            codes=_codes(table[entity]),
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
    whole = _read(source, [])
    kept = [n for n in whole.column_names if n not in definition.entities]
    whole = whole.select(kept)
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


def _read(path: Path, columns: list[str]) -> pa.Table:
    try:
        if _is_parquet(path):
            table = pa.parquet.read_table(path, columns=columns or None)
        else:
            options = pa.csv.ConvertOptions(include_columns=columns)
            table = pa.csv.read_csv(path, convert_options=options)
    except (OSError, KeyError, pa.ArrowException) as error:
        raise OperationError(
            f"{path} cannot be read ({type(error).__name__}); it must be a CSV or "
            f"Parquet file with the columns {', '.join(columns)}."
        ) from None
    for name in columns:
        if name not in table.column_names:
            near = nearest_name(name, table.column_names)
            hint = f"did you mean {near!r}?" if near else "name another."
            raise OperationError(f"{path} has no column {name!r}; {hint}")
    return table.combine_chunks()


def _numbers(path: Path, table: pa.Table, name: str) -> Floats:
    try:
        column = pc.cast(table[name], pa.float64())
    except pa.ArrowException:
        raise OperationError(
            f"{path}: column {name!r} is of type {table.schema.field(name).type}, "
            "expected numbers."
        ) from None
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _times(
    path: Path, table: pa.Table, name: str, *, may_be_missing: bool = False
) -> Floats:
    """Seconds; a timestamp's since 1970, without a zone taken as UTC."""
    column = table[name]
    if pa.types.is_string(column.type):
        try:
            column = pc.cast(column, pa.timestamp("us"))
        except pa.ArrowException:
            raise OperationError(f"{path}: column {name!r} holds no times.") from None
    if pa.types.is_timestamp(column.type):
        column = pc.cast(pc.cast(column, pa.timestamp("us")), pa.int64())
        column = pc.cast(column, pa.float64())
        times = np.asarray(column.to_numpy(), dtype=np.float64) / 1e6
    else:
        times = _numbers(path, table, name)
    if not may_be_missing and not np.isfinite(times).all():
        raise OperationError(f"{path}: column {name!r} has rows without a time.")
    return times


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    encoded = column.combine_chunks().dictionary_encode()
    spelt = encoded.indices.fill_null(-1).to_numpy()
    codes, _ = entity_codes(spelt, encoded.dictionary.to_pylist())
    return codes.astype(np.int64)
