"""Play a table through the online form, and compare it with the other one."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from artifact.history.asof import Table, features_as_of
from artifact.history.definition import (
    FEATURES,
    SECONDS_PER_DAY,
    HistoryDefinition,
    feature_names_of,
)
from artifact.history.state import EntityState, features_of_one, unknown


@dataclass(frozen=True)
class Difference:
    """The first row in which the two forms disagree about a feature."""

    row: int
    feature: str


def replay(
    tables: Sequence[Table],
    amounts: npt.NDArray[np.floating],
    definition: HistoryDefinition,
) -> Iterator[tuple[int, int, Difference | None]]:
    """Yield (rows compared, features that differ, the first of them) of each entity.

    `tables` has one table for each of the definition's entities.
    """
    for entity, table in zip(definition.entities, tables, strict=True):
        expected = np.empty((len(table.codes), len(FEATURES)))
        features_as_of(table, definition, expected)
        names = feature_names_of(entity)
        different, first = 0, None
        for row, got in _online(table, amounts, definition):
            for column, value in enumerate(got):
                want = float(expected[row, column])
                if value == want or (math.isnan(value) and math.isnan(want)):
                    continue
                different += 1
                first = first or Difference(row, names[column])
        yield len(table.codes), different, first


def _online(
    table: Table, amounts: npt.NDArray[np.floating], definition: HistoryDefinition
) -> Iterator[tuple[int, list[float]]]:
    """Row → its features, in the order of time, as a store would have them."""
    states: dict[int, EntityState] = {}
    reports = np.argsort(table.reported_seconds, kind="stable")
    arrived = 0
    codes, seconds, minor = (
        table.codes.tolist(),
        table.seconds.tolist(),
        table.minor.tolist(),
    )
    for row in np.argsort(table.seconds, kind="stable").tolist():
        now = seconds[row]
        while (
            arrived < len(reports) and table.reported_seconds[reports[arrived]] <= now
        ):
            event = reports[arrived]
            arrived += 1
            of_entity = codes[table.reported[event]]
            if of_entity >= 0:
                reported_at = int(table.reported_seconds[event])
                states.setdefault(of_entity, EntityState()).report(reported_at)
        if codes[row] < 0:
            yield row, unknown()
            continue
        state = states.setdefault(codes[row], EntityState())
        state.forget(now // SECONDS_PER_DAY - definition.kept_days + 1)
        yield row, features_of_one(state, now, amounts[row], definition)
        state.record(now, minor[row])
