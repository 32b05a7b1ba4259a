"""A host's rows, encoded, on its disk; one batch at a time is in memory.

Every host keeps `8 * (features + 3)` bytes a row there, beside the files themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from artifact.columns import Column
from training.columns import Columns
from training.data.batches import BATCH_ROWS, batches_of
from training.data.dataset import Dataset, Floats, Labels
from training.data.faults import faults_of, joined_faults
from training.data.labels import label_faults
from training.data.shown_names import shown
from training.data.weights import read_weights, weight_faults
from training.distributed.agreement import Agreement
from training.distributed.encoding import encode, label_values
from training.distributed.group import Group
from training.distributed.inventory import Inventory
from training.errors import TrainingError

_FEATURES, _WEIGHTS, _HASHES = "features", "weights", "hashes"


@dataclass
class Spool:
    """Rows on disk, in the order of this host's files.

    Shapes: `labels` (n_rows,), the only thing that stays in memory.
    """

    directory: Path
    columns: Columns
    table: tuple[Column, ...]
    sha256: str
    has_weights: bool
    labels: Labels = field(default_factory=lambda: np.zeros(0, np.int8))
    #: First row of a file here, the row after its last, and the number of its first
    #: row in the whole of the data.
    segments: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of this host."""
        return len(self.labels)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the model's inputs, in order."""
        return tuple(column.name for column in self.table if column.kind.is_input)

    def template(self) -> Dataset:
        """Return a data set of these columns without rows."""
        return Dataset(
            features=np.zeros((0, len(self.feature_names))),
            labels=np.zeros(0, np.int8),
            weights=np.zeros(0) if self.has_weights else None,
            feature_names=self.feature_names,
            columns=self.columns,
            sha256=self.sha256,
            table=self.table,
        )

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Yield the first row of each batch and the row after its last."""
        for start in range(0, self.rows, BATCH_ROWS):
            yield start, min(start + BATCH_ROWS, self.rows)

    def numbers(self, start: int, stop: int) -> npt.NDArray[np.uint64]:
        """Return the rows' numbers in the whole of the data."""
        numbers = np.empty(stop - start, np.uint64)
        for first, last, number in self.segments:
            low, high = max(first, start), min(last, stop)
            if low < high:
                begin = number + low - first
                numbers[low - start : high - start] = np.arange(
                    begin, begin + high - low, dtype=np.uint64
                )
        return numbers

    def features(self, start: int, stop: int) -> Floats:
        """Read the features of some rows."""
        width = len(self.feature_names)
        return self._read(_FEATURES, start * width, stop * width).reshape(-1, width)

    def column(self, position: int) -> Floats:
        """Read one feature of all rows."""
        parts = [self.features(*limits)[:, position].copy() for limits in self.ranges()]
        return np.concatenate([np.zeros(0), *parts])

    def weights(self, start: int, stop: int) -> Floats | None:
        """Read the weights of some rows; None when every row stands for itself."""
        return self._read(_WEIGHTS, start, stop) if self.has_weights else None

    def hashes(self, start: int, stop: int) -> npt.NDArray[np.uint64]:
        """Read the hashes of some rows' features."""
        return self._read(_HASHES, start, stop).view(np.uint64)

    def data(self, start: int, stop: int) -> Dataset:
        """Read some rows as a data set."""
        return replace(
            self.template(),
            features=self.features(start, stop),
            labels=self.labels[start:stop],
            weights=self.weights(start, stop),
        )

    def _read(self, name: str, start: int, stop: int) -> Floats:
        size = np.dtype(np.float64).itemsize
        return np.fromfile(
            self.directory / name, np.float64, stop - start, offset=start * size
        )


def write_spool(
    group: Group,
    directory: Path,
    inventory: Inventory,
    agreement: Agreement,
) -> Spool:
    """Encode every row of this host's files.

    Raises
    ------
    TrainingError
        Naming the file, the row and the column of a value that cannot be trained on;
        or if the rows of all hosts lack a class.
    """
    columns = agreement.columns
    spool = Spool(
        directory, columns, agreement.table, inventory.sha256, agreement.has_weights
    )
    labels: list[Labels] = []
    rows_of_file: list[tuple[PurePosixPath, int]] = []
    missing = np.zeros(len(spool.feature_names), np.int64)
    with (
        (directory / _FEATURES).open("wb") as features_file,
        (directory / _WEIGHTS).open("wb") as weights_file,
        (directory / _HASHES).open("wb") as hashes_file,
    ):
        for file in inventory.files:
            rows = 0
            batches = batches_of(file, inventory.everywhere, inventory.column_names)
            for batch in batches:
                found = [
                    encode(column, batch.data[column.name])
                    for column in agreement.table
                ]
                of_batch = label_values(batch.data[columns.label], agreement.labels)
                weights = read_weights(batch, columns)
                faults = [
                    *faults_of(batch, found, columns),
                    *label_faults(batch, of_batch, columns),
                    *weight_faults(batch, columns, weights, of_batch),
                ]
                if faults:
                    raise TrainingError(joined_faults(faults))
                kept = ~np.isnan(of_batch)
                part = replace(
                    spool.template(),
                    features=np.column_stack(
                        [v for item in found if (v := item.values) is not None]
                    )[kept],
                    labels=of_batch[kept].astype(np.int8),
                )
                part.features.tofile(features_file)
                part.row_hashes.tofile(hashes_file)
                if weights is not None:
                    weights[kept].tofile(weights_file)
                labels.append(part.labels)
                missing += np.isnan(part.features).sum(axis=0)
                rows += part.rows
            rows_of_file.append((inventory.name_of(file), rows))
    spool.labels = np.concatenate([np.zeros(0, np.int8), *labels])
    _check_classes(group, spool, inventory)
    spool.segments = _segments(rows_of_file, group.gather(rows_of_file))
    spool.table = _with_gaps(spool, group.total(missing))
    return spool


def _check_classes(group: Group, spool: Spool, inventory: Inventory) -> None:
    counts = group.total(np.bincount(spool.labels, minlength=2))
    for value in (0, 1):
        if not counts[value]:
            word = "fraudulent" if value else "legitimate"
            raise TrainingError(
                f"{inventory.root.name}: column {shown(spool.columns.label)} has no "
                f"row of value {value} ({word}); training needs both classes."
            )


def _segments(
    own: list[tuple[PurePosixPath, int]],
    everywhere: list[list[tuple[PurePosixPath, int]]],
) -> list[tuple[int, int, int]]:
    """Give the rows numbers as if all files were read one after the other, by name."""
    starts, total = {}, 0
    for name, rows in sorted(item for items in everywhere for item in items):
        starts[name] = total
        total += rows
    segments, here = [], 0
    for name, rows in own:
        segments.append((here, here + rows, starts[name]))
        here += rows
    return segments


def _with_gaps(spool: Spool, missing: npt.NDArray[np.int64]) -> tuple[Column, ...]:
    """Note which columns lack a value in any row of any host."""
    lacking = dict(zip(spool.feature_names, missing.tolist(), strict=True))
    return tuple(
        replace(
            column,
            can_be_missing=lacking[column.name] > 0 or spool.columns.answer_missing,
            never_missing=not lacking[column.name] and spool.columns.answer_missing,
        )
        if column.kind.is_input
        else column
        for column in spool.table
    )
