"""What the columns are, agreed over all hosts before a row is encoded."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from artifact.columns import Column, Kind
from artifact.value_kinds import boolean_text, category_text
from training.columns import MOST_CATEGORIES, Columns
from training.data.batches import batches_of
from training.data.categories import MOST_LONG_CATEGORIES, note_of_others
from training.data.found import Found
from training.data.kinds import find_kind
from training.data.labels import read_labels
from training.data.shown_names import shown
from training.data.table_kinds import find_kinds, usable_roles
from training.data.tables import Table
from training.distributed.copies import confirmed_copies
from training.distributed.group import Group
from training.distributed.inventory import Inventory
from training.distributed.profile import (
    MOST_COUNTED,
    SAMPLE_ROWS,
    ColumnProfile,
    Profile,
)
from training.errors import TrainingError


@dataclass(frozen=True)
class Agreement:
    """How every host reads its rows."""

    #: In the table's order; whether one can be missing is known after the last row.
    table: tuple[Column, ...]
    #: Value of the label → 1 for fraud, 0 for legitimate, NaN or 2.
    labels: Mapping[Any, float]
    #: Without a time that was not named and is none.
    columns: Columns
    has_weights: bool
    rows: int
    notes: tuple[str, ...]


def agree(group: Group, inventory: Inventory, columns: Columns) -> Agreement:
    """Read every row once and say what each column is.

    Kinds are told as of data in memory, of the first rows of all files and of what
    stands out in the others: extremes, rare values, gaps. Categories are counted in
    every row.

    Raises
    ------
    TrainingError
        If a file cannot be read, none has a row, or a category has no value.
    """
    profiles = group.gather(_profile(group, inventory, columns))
    text_names = frozenset().union(*(one.text_names for one in profiles))
    where = str(inventory.name_of(inventory.everywhere[0]))
    sample = _pooled(profiles, text_names, where)
    aligned = find_kinds(sample, columns)
    alone: dict[str, Found] = {}
    for item in aligned:
        name = item.column.name
        if item.column.kind not in (Kind.LABEL, Kind.WEIGHT):
            parts = [one.columns[name] for one in profiles if name in one.columns]
            values = _with_extras(sample.data[name], parts)
            told = find_kind(name, values, columns, is_text_file=name in text_names)
            alone[name] = _counted(told, parts)
    kinds = {name: item.column for name, item in alone.items()}
    copies = confirmed_copies(group, inventory, aligned, kinds)
    found = [
        Found(item.column)
        if item.column.name in copies or item.column.name not in alone
        else alone[item.column.name]
        for item in aligned
    ]
    columns, notes = usable_roles(found, columns)
    return Agreement(
        columns=columns,
        table=tuple(item.column for item in found),
        labels=_label_meanings(profiles, columns, where),
        has_weights=any(item.column.kind is Kind.WEIGHT for item in found),
        rows=sum(one.rows for one in profiles),
        notes=(*(note for item in found for note in item.notes), *notes),
    )


def _profile(group: Group, inventory: Inventory, columns: Columns) -> Profile:
    profile = Profile()
    left = SAMPLE_ROWS // len(group.hosts)
    for place, file in enumerate(inventory.files):
        name = inventory.name_of(file)
        sample_rows = left // (len(inventory.files) - place)
        batches = batches_of(file, inventory.everywhere, inventory.column_names)
        profile.add_file(name, batches, sample_rows, columns)
        if name in profile.samples:
            left -= len(profile.samples[name])
    return profile


def _pooled(
    profiles: Sequence[Profile], text_names: frozenset[str], where: str
) -> Table:
    """Put the hosts' samples below each other, in the order of the files."""
    samples = {name: s for one in profiles for name, s in one.samples.items()}
    tables = [samples[name] for name in sorted(samples)]
    if not tables:
        raise TrainingError(f"{where} has a header and no rows; write it again.")
    return Table(_together(tables), (), text_names, ())


def _together(tables: Sequence[pa.Table]) -> pa.Table:
    columns = {
        name: _joined([chunk for table in tables for chunk in table[name].chunks])
        for name in tables[0].column_names
    }
    return pa.table(columns)


def _joined(arrays: Sequence[pa.Array]) -> pa.ChunkedArray:
    """Put arrays of different types below each other: numbers widen, or all is text."""
    types = {array.type for array in arrays if not pa.types.is_null(array.type)}
    if len(types) > 1:
        if all(pa.types.is_integer(t) or pa.types.is_floating(t) for t in types):
            arrays = [array.cast(pa.float64(), safe=False) for array in arrays]
        else:
            arrays = [
                pa.array(
                    [
                        None if v is None else category_text(v)
                        for v in array.to_pylist()
                    ],
                    pa.string(),
                )
                for array in arrays
            ]
    elif types:
        (kind,) = types
        arrays = [array.cast(kind) for array in arrays]
    return pa.chunked_array(arrays)


def _with_extras(
    sample: pa.ChunkedArray, parts: Sequence[ColumnProfile]
) -> pa.ChunkedArray:
    arrays = list(sample.chunks)
    for part in parts:
        arrays += part.extras(sample.type)
    return _joined(arrays)


def _counted(item: Found, parts: Sequence[ColumnProfile]) -> Found:
    """Order a category's values by how often all hosts have them.

    The sample may show a category where some host has too many values to count: keys.
    """
    column = item.column
    if column.kind is not Kind.CATEGORY:
        return Found(column, notes=item.notes)
    if any(part.counts is None for part in parts):
        why = f"text with more than {MOST_COUNTED:,} values"
        return Found(Column(column.name, Kind.ENTITY, why))
    counts: Counter[str] = Counter()
    for part in parts:
        for text, rows in (part.counts or {}).items():
            word = boolean_text(text) if column.is_boolean else text
            if word is not None:
                counts[word] += rows
    if not counts:
        raise TrainingError(
            f"{shown(column.name)}: expected the values of a category, found none in "
            "any row; leave it out with --drop-columns."
        )
    values = list(counts)
    order = np.lexsort(
        (np.array(values, str), np.array([-counts[value] for value in values]))
    )
    limit = MOST_LONG_CATEGORIES if len(values) > MOST_CATEGORIES else len(values)
    kept = tuple(values[place] for place in order[:limit])
    notes = item.notes
    if len(values) > limit:
        others = 1 - sum(counts[value] for value in kept) / counts.total()
        notes = (note_of_others(column.name, limit, len(values), others),)
    return Found(replace(column, categories=kept), notes=notes)


def _label_meanings(
    profiles: Sequence[Profile], columns: Columns, where: str
) -> dict[Any, float]:
    counted = list({value: None for one in profiles for value in one.labels})
    joined = _joined([pa.array([value]) for value in counted] or [pa.nulls(1)])
    return dict(
        zip(counted, read_labels(joined, columns, where).tolist(), strict=False)
    )
