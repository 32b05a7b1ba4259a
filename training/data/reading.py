"""Read the data and refuse what cannot be trained on, before anything else runs."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from training.columns import Columns
from training.data.data_files import find_files, sha256_of_files
from training.data.dataset import Dataset, Floats
from training.data.faults import faults_of, joined_faults, notes_of
from training.data.found import Found
from training.data.headers import check_columns
from training.data.labels import label_faults, read_labels
from training.data.recognition import ready_options
from training.data.report_times import read_report_times
from training.data.table_kinds import find_kinds, usable_roles
from training.data.tables import Table, read_table
from training.data.weights import read_weights, weight_faults
from training.errors import TrainingError


def read_dataset(path: Path, columns: Columns) -> Dataset:
    """Read a file, or a directory of parts, into one validated data set.

    Raises
    ------
    TrainingError
        Naming the file, and the row and column where there is one. Never shows a
        value of a row.
    """
    files = find_files(path)
    check_columns(files, columns)
    table = read_table(files, as_text=columns_of_text(columns))
    found = find_kinds(table, columns)
    return dataset_of(table, found, columns, sha256_of_files(files))


def columns_of_text(columns: Columns) -> frozenset[str] | None:
    """Return the columns whose text says more than its numbers; None for all."""
    if columns.missing_values:  # what is left without them may be whole: keys
        return None
    roles = (columns.label, columns.weight, columns.report_time)
    timed = (columns.time,) if columns.time_unit else ()
    named = (*columns.entities, *columns.categories, *columns.kinds)
    return frozenset((*roles, *timed, *named))


def dataset_of(
    table: Table, found: Sequence[Found], columns: Columns, sha256: str = ""
) -> Dataset:
    """Return the rows of a table as numbers.

    Raises
    ------
    TrainingError
        Naming all that keeps the table from being trained on.
    """
    ready = ready_options(found, columns)
    columns, notes = usable_roles(found, columns)
    faults = faults_of(table, found, columns)
    labels, wrong = labels_of(table, columns)
    faults += wrong
    weights = read_weights(table, columns)
    faults += weight_faults(table, columns, weights, labels)
    reported, wrong = read_report_times(table, found, columns, labels)
    faults += wrong
    if faults:
        raise TrainingError(joined_faults(faults))
    inputs = [item for item in found if item.values is not None]
    data = Dataset(
        features=np.column_stack([v for i in inputs if (v := i.values) is not None]),
        labels=np.where(np.isnan(labels), 0, labels).astype(np.int8),
        weights=weights,
        feature_names=tuple(item.column.name for item in inputs),
        columns=columns,
        sha256=sha256,
        table=tuple(item.column for item in found),
        entities={i.column.name: k for i in found if (k := i.keys) is not None},
        entity_values={
            i.column.name: i.key_values for i in found if i.keys is not None
        },
        reported=reported,
        notes=(*notes_of(table, found), *notes, *ready),
    )
    data = _labelled(data, labels)
    return data if columns.entities else data.labelled()


def labels_of(table: Table, columns: Columns) -> tuple[Floats, list[str]]:
    """Return the labels of the rows, and all that is wrong with them."""
    try:
        labels = read_labels(
            table.data[columns.label], columns, str(table.parts[0].file)
        )
    except TrainingError as error:
        return np.full(len(table.data), np.nan), [str(error)]
    return labels, label_faults(table, labels, columns)


def _labelled(data: Dataset, labels: Floats) -> Dataset:
    """Leave rows without a label out, where that was chosen."""
    absent = np.isnan(labels)
    if not absent.any():
        return data
    said = f"{np.count_nonzero(absent):,} rows without a label are left out"
    if data.columns.entities:
        said += " of what is learnt from; histories have them"
    return replace(data, unlabelled=absent, notes=(*data.notes, said))
