"""What there is to say about a table before anything is trained."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from artifact.columns import Kind
from artifact.history.definition import HistoryDefinition
from artifact.timestamps import SECONDS_PER_UNIT
from training.columns import Columns
from training.data.counts import Counts
from training.data.dataset import Dataset, Floats
from training.data.faults import faults_of, notes_of
from training.data.found import Found
from training.data.headers import check_columns, find_labels
from training.data.names import time_parts
from training.data.reading import columns_of_text, dataset_of, labels_of
from training.data.recognition import likely_roles, ready_options
from training.data.shown_names import shown, shown_list
from training.data.split import split
from training.data.table_kinds import find_kinds, usable_roles
from training.data.tables import Table, column_names, read_table
from training.data.weights import read_weights, weight_faults
from training.errors import TrainingError
from training.judging.evaluation import describe_population
from training.judging.guards import (
    check_span,
    describe_span,
    find_warnings,
    warnings_of_columns,
)
from training.options import SplitOptions

#: More than these are seldom whose histories differ.
_MOST_ENTITIES = 2


@dataclass(frozen=True)
class Look:
    """A table, what its columns are, and what was noticed."""

    table: Table
    found: Sequence[Found]
    #: As they were given, with those that were recognised.
    columns: Columns
    #: What keeps the table from being trained on, a sentence each.
    faults: Sequence[str]
    notes: Sequence[str]
    #: Those of the notes that a list of the columns does not show, and what is absent.
    noticed: Sequence[str]
    #: Span and rate of the time, in words; "" without a time.
    span: str
    #: What looks wrong, a sentence each.
    warnings: Sequence[str]
    #: Whether histories of the entities can be made of these rows.
    fills_histories: bool = False
    #: Which value means fraud, and how many rows have it; "" where that is not known.
    label: str = ""
    #: Options that may be added, and what each of them does.
    options: Sequence[tuple[str, str]] = ()


def look_at(
    files: Sequence[Path],
    columns: Columns,
    options: SplitOptions,
    *,
    sample: bool = False,
) -> Look:
    """Look at a table, or at the first rows of each of its files.

    Raises
    ------
    TrainingError
        If the files cannot be read, or a column that was named is absent.
    """
    check_columns(files, columns)
    table = read_table(files, sample=sample, as_text=columns_of_text(columns))
    found = find_kinds(table, columns)
    usable, notes = usable_roles(found, columns)
    labels, wrong = labels_of(table, columns)
    faults = [
        *faults_of(table, found, usable),
        *wrong,
        *weight_faults(table, columns, read_weights(table, columns), labels),
    ]
    noticed = [*(note for item in found for note in item.notes), *notes]
    noticed += _absent(found, columns)
    notes = [*notes_of(table, found), *notes, *ready_options(found, columns)]
    if faults:
        return Look(table, found, columns, faults, notes, noticed, "", ())
    data = dataset_of(table, found, columns)
    try:
        span, warnings = _judged(data, options, is_sample=table.is_sample)
    except TrainingError as error:
        return Look(table, found, columns, [str(error)], notes, noticed, "", ())
    fills = bool(columns.entities) and not table.is_sample
    if fills and (lack := _lacks_for_histories(data)):
        noticed.append(lack)
        fills = False
    return Look(
        *(table, found, columns, (), notes, noticed, span, warnings, fills),
        label=_label_in_words(table, columns, labels),
        options=() if table.is_sample else _more_options(data, found),
    )


def _label_in_words(table: Table, columns: Columns, labels: Floats) -> str:
    is_fraud = labels == 1
    values = table.data[columns.label].filter(pa.array(is_fraud)).unique().to_pylist()
    frauds = int(np.count_nonzero(is_fraud))
    known = int(np.count_nonzero(~np.isnan(labels)))
    return (
        f"{shown_list([str(value) for value in values])} means fraud: {frauds:,} of "
        f"{known:,} rows, {frauds / known:.2%}"
    )


def _more_options(data: Dataset, found: Sequence[Found]) -> list[tuple[str, str]]:
    """Return options that these columns allow and nobody has given."""
    more = []
    repeated = [
        item.column.name
        for item in found
        if item.column.kind is Kind.ENTITY and 2 * item.distinct < len(data.labels)
    ]
    columns = replace(data.columns, entities=tuple(repeated[:_MOST_ENTITIES]))
    if (
        repeated
        and not data.columns.entities
        and not _lacks_for_histories(replace(data, columns=columns))
    ):
        option = shlex.join(["--entities", ",".join(columns.entities)])
        names = shown_list(columns.entities)
        more.append(
            (f"{option} --split time", f"the model looks at histories of {names}")
        )
    if data.amounts is not None:
        more.append(
            (
                "--threshold-policy cost --review-cost COST",
                "the threshold that costs least, of frauds' amounts and reviews",
            )
        )
    return more


def _lacks_for_histories(data: Dataset) -> str:
    """Say what keeps the entities from having histories, "" for nothing."""
    names = shown_list(data.columns.entities)
    if data.times is None or data.amounts is None:
        return f"{names}: histories need a time and an amount"
    days = (data.times.max() - data.times.min()) / SECONDS_PER_UNIT["d"]
    columns = data.columns
    needed = HistoryDefinition(columns.entities, columns.time, columns.amount).kept_days
    if days > needed:
        return ""
    return (
        f"{names}: histories and their label delay take {needed} days to fill, and the "
        f"data span {days:.1f}; add earlier transactions for --split time"
    )


def _absent(found: Sequence[Found], columns: Columns) -> list[str]:
    """Say what there is not without a time and an amount."""
    names = {item.column.name for item in found}
    said = []
    if columns.time not in names:
        said.append(
            "no time is recognised; without one there is no --split time: name it with "
            "--time-column"
        )
    said += _about_parts(found, columns)
    if columns.amount not in names:
        said.append(
            "no amount is recognised; without one there are no figures about money: "
            "name it with --amount-column"
        )
    return said


def _about_parts(found: Sequence[Found], columns: Columns) -> list[str]:
    """Say where the time stands in several columns, of which one is taken or none."""
    time = next((item for item in found if item.column.name == columns.time), None)
    clocks = [item.column.name for item in found if item.column.is_clock]
    if time is None or time.column.is_clock:
        parts = time_parts([item.column.name for item in found])
        parts += [name for name in clocks if parts and name not in parts]
        what = f"{shown_list(parts)} look like parts of a time" if parts else ""
    else:
        is_day = time.column.kind is Kind.TIMESTAMP and not _has_time_of_day(time)
        what = (
            f"{shown(columns.time)} has days only, and {shown(clocks[0])} the time of "
            "day"
            if is_day and clocks
            else ""
        )
    remedy = "order and histories go by it when they are one column, such as"
    return [f"{what}; {remedy} 2026-01-31 06:21"] if what else []


def _has_time_of_day(item: Found) -> bool:
    known = np.empty(0) if item.values is None else item.values[~np.isnan(item.values)]
    return bool((known % SECONDS_PER_UNIT["d"] != 0).any())


def _judged(
    data: Dataset, options: SplitOptions, *, is_sample: bool
) -> tuple[str, list[str]]:
    """Return span and warnings; of a sample, only what its columns show."""
    population = describe_population(data)
    if is_sample:
        return "", list(warnings_of_columns(data))
    check_span(data, population)
    parts = split(data, options)
    counts = Counts.of(data, parts)
    warnings = list(find_warnings(data, parts, population, counts))
    return describe_span(population), warnings


def recognise(files: Sequence[Path], columns: Columns) -> Columns:
    """Take the columns that are named like label, time and amount where none is."""
    names = column_names(files[0])
    table = None
    if columns.label == Columns.label:
        table = read_table(files, sample=True)
        if columns.label not in names or labels_of(table, columns)[1]:
            others = [name for name in names if name != columns.label]
            likely = find_labels(files, others)
            columns = replace(columns, label=likely[0]) if len(likely) == 1 else columns
    check_columns(files, columns)
    table = table or read_table(files, sample=True)
    time, amount = likely_roles(find_kinds(table, columns), columns)
    return replace(columns, time=time or columns.time, amount=amount or columns.amount)
