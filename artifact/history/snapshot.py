"""The histories at the end of a table, in one file, from which a store is filled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from artifact.errors import ArtifactError
from artifact.history.asof import Table
from artifact.history.definition import SECONDS_PER_DAY, HistoryDefinition
from artifact.history.state import Bucket, EntityState

FILE_NAME = "history.npz"
_FIELDS = ("day", "transactions", "amount", "reports")


@dataclass(frozen=True)
class _Days:
    """Day buckets in order of entity and day, each field of shape (n_buckets,)."""

    codes: npt.NDArray[np.int64]
    fields: Mapping[str, npt.NDArray[np.int64]]


def write_snapshot(
    path: Path,
    definition: HistoryDefinition,
    tables: Sequence[Table],
    values: Sequence[Sequence[str]],
) -> None:
    """Write what is known of each entity at the last second of the table.

    `values` has, for each entity of the definition, the text of each code. Only the
    days that a feature may look at are written, and no entity without one of them.
    """
    arrays: dict[str, Any] = {}
    for index, (table, texts) in enumerate(zip(tables, values, strict=True)):
        days = _buckets(table, definition)
        present, counts = np.unique(days.codes, return_counts=True)
        last = np.full(len(texts), -1, dtype=np.int64)
        known = table.codes >= 0
        np.maximum.at(last, table.codes[known], table.seconds[known])
        encoded = [texts[code].encode() for code in present.tolist()]
        arrays |= {f"{index}.{name}": days.fields[name] for name in _FIELDS}
        arrays[f"{index}.buckets"] = counts.astype(np.int64)
        arrays[f"{index}.last"] = last[present]
        arrays[f"{index}.values"] = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        arrays[f"{index}.lengths"] = np.array([*map(len, encoded)], dtype=np.int64)
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)
    temporary.replace(path)


def read_snapshot(
    path: Path, definition: HistoryDefinition
) -> Iterator[tuple[str, str, EntityState]]:
    """Yield (entity, value, state) of each entity in the file.

    Raises
    ------
    ArtifactError
        If it is no such file.
    """
    try:
        with np.load(path, allow_pickle=False) as loaded:
            arrays = {name: loaded[name] for name in loaded.files}
        for index, entity in enumerate(definition.entities):
            yield from (
                (entity, value, state) for value, state in _states(arrays, index)
            )
    except (OSError, ValueError, KeyError) as error:
        raise ArtifactError(
            f"{path.name} is no snapshot of histories ({type(error).__name__}); take "
            "the one that the training job wrote."
        ) from None


def _states(
    arrays: Mapping[str, npt.NDArray[Any]], index: int
) -> Iterator[tuple[str, EntityState]]:
    names = ("buckets", "last", "lengths")
    buckets, last, lengths = (arrays[f"{index}.{name}"].tolist() for name in names)
    fields = (arrays[f"{index}.{name}"].tolist() for name in _FIELDS)
    rows = list(zip(*fields, strict=True))
    text = arrays[f"{index}.values"].tobytes()
    row, position = 0, 0
    for count, seconds, length in zip(buckets, last, lengths, strict=True):
        state = EntityState(
            {day: Bucket(*numbers) for day, *numbers in rows[row : row + count]},
            seconds if seconds >= 0 else None,
        )
        yield text[position : position + length].decode(), state
        row, position = row + count, position + length


def _buckets(table: Table, definition: HistoryDefinition) -> _Days:
    end = int(table.seconds.max())
    first = end // SECONDS_PER_DAY - definition.kept_days + 1
    reported_codes = table.codes[table.reported]
    codes = np.concatenate((table.codes, reported_codes))
    seconds = np.concatenate((table.seconds, table.reported_seconds))
    is_report = np.arange(len(codes)) >= len(table.codes)
    minor = np.concatenate((table.minor, np.zeros(len(reported_codes), np.int64)))
    days = seconds // SECONDS_PER_DAY
    kept = (codes >= 0) & (days >= first) & (seconds <= end)
    codes, days, is_report, minor = (
        codes[kept],
        days[kept],
        is_report[kept],
        minor[kept],
    )
    keys, inverse = np.unique(
        codes * definition.kept_days + (days - first), return_inverse=True
    )
    sums = np.zeros((3, len(keys)), dtype=np.int64)
    np.add.at(sums[0], inverse, ~is_report)
    np.add.at(sums[1], inverse, minor)
    np.add.at(sums[2], inverse, is_report)
    fields = (keys % definition.kept_days + first, *sums)
    return _Days(keys // definition.kept_days, dict(zip(_FIELDS, fields, strict=True)))
