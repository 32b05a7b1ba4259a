"""Add the features from history to the data; the rows of the warm-up go."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from artifact.columns import HISTORY, Column, Kind
from artifact.errors import ArtifactError
from artifact.history.asof import Table, features_as_of, minor_units, whole_seconds
from artifact.history.definition import (
    FEATURES,
    SECONDS_PER_DAY,
    HistoryDefinition,
    feature_names_of,
)
from artifact.history.snapshot import write_snapshot
from artifact.layout import sha256_of
from training.data.dataset import Dataset, Floats
from training.errors import TrainingError
from training.options import Arguments

#: Share of the training rows whose histories are hidden from the model, so that it
#: learns what to do when they are not known.
HIDDEN_SHARE = 0.05


@dataclass(frozen=True)
class Histories:
    """What a model with histories needs besides its features."""

    definition: HistoryDefinition
    tables: tuple[Table, ...]
    #: For each entity the text of each code.
    values: tuple[tuple[str, ...], ...]

    def write(self, path: Path) -> Mapping[str, Any]:
        """Write the snapshot; return the manifest's section, with its hash."""
        write_snapshot(path, self.definition, self.tables, self.values)
        return {**self.definition.as_dict(), "sha256": sha256_of(path)}


def add_history(data: Dataset, arguments: Arguments) -> tuple[Dataset, Histories]:
    """Append every entity's features, and leave out the rows of the first days.

    A row's features are as of its second, so they may be computed before any split.
    The first days, as many as a window and the delay have, are learnt from as history
    but not as rows: what came before them is not known. So are rows without a label,
    which are payments like any others.

    Raises
    ------
    TrainingError
        If the data have no time or amount, or no row is left.
    """
    columns = data.columns
    if data.times is None or data.amounts is None:
        absent, option = (
            (columns.time, "--time-column")
            if data.times is None
            else (columns.amount, "--amount-column")
        )
        raise TrainingError(
            f"--entities with --split time needs the column {absent!r}, which the "
            f"features lack; name another with {option}."
        )
    by_name = {column.name: column for column in data.inputs}
    definition = HistoryDefinition(
        entities=columns.entities,
        time=columns.time,
        amount=columns.amount,
        label_delay_hours=arguments.split.label_delay_hours,
        time_format=by_name[columns.time].time_format,
        amount_form=data.amount_form,
    )
    seconds = whole_seconds(data.times)
    if seconds.min() < 0:
        raise TrainingError(
            f"The column {columns.time!r} has times before 1970; histories need times "
            "from then on, or seconds since any beginning."
        )
    tables = _tables(data, data.amounts, seconds, definition)
    width = len(FEATURES)
    features = np.empty((data.rows, data.features.shape[1] + width * len(tables)))
    features[:, : data.features.shape[1]] = data.features
    for index, table in enumerate(tables):
        begin = data.features.shape[1] + index * width
        features_as_of(table, definition, features[:, begin : begin + width])
    first_day = int(seconds.min()) // SECONDS_PER_DAY
    warm = seconds >= (first_day + definition.kept_days) * SECONDS_PER_DAY
    if not warm.any():
        days = (int(seconds.max()) - int(seconds.min())) / SECONDS_PER_DAY
        raise TrainingError(
            f"The data span {days:.1f} days, expected more than the "
            f"{definition.kept_days} that histories and their label delay take to "
            "fill; add earlier transactions, or leave --entities out."
        )
    added = tuple(
        Column(
            name,
            Kind.NUMBER,
            f"history of {entity}",
            role=HISTORY,
            can_be_missing=True,
        )
        for entity in definition.entities
        for name in feature_names_of(entity)
    )
    whole = replace(
        data,
        features=features,
        feature_names=(*data.feature_names, *definition.feature_names),
        table=(*data.table, *added),
    )
    values = tuple(data.entity_values[name] for name in definition.entities)
    rows = whole.take(np.flatnonzero(warm)).labelled()
    return rows, Histories(definition, tables, values)


def hide_some(train: Dataset, definition: HistoryDefinition, seed: int) -> Dataset:
    """Return the training part with the histories of a few rows unknown."""
    random = np.random.default_rng(seed)
    rows = np.flatnonzero(random.random(train.rows) < HIDDEN_SHARE)
    columns = np.flatnonzero(np.isin(train.feature_names, definition.feature_names))
    features = train.features.copy()
    features[np.ix_(rows, columns)] = np.nan
    return replace(train, features=features)


def _tables(
    data: Dataset,
    amounts: Floats,
    seconds: npt.NDArray[np.int64],
    definition: HistoryDefinition,
) -> tuple[Table, ...]:
    try:
        minor = minor_units(amounts, definition.minor_units)
    except ArtifactError as error:
        raise TrainingError(str(error)) from None
    frauds = np.flatnonzero(data.labels)
    reported = seconds[frauds] + round(3600 * definition.label_delay_hours)
    if data.reported is not None:
        known = np.isfinite(data.reported[frauds])
        reported[known] = whole_seconds(data.reported[frauds][known])
    return tuple(
        Table(
            codes=data.entities[entity].astype(np.int64),
            seconds=seconds,
            minor=minor,
            amount_known=np.isfinite(amounts),
            reported=frauds,
            reported_seconds=reported,
        )
        for entity in definition.entities
    )
