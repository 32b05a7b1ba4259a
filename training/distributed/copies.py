"""Whether columns that repeat others in the sample do so in every row."""

from collections.abc import Mapping, Sequence

import numpy as np

from artifact.columns import Column, Kind
from training.data.batches import batches_of
from training.data.dataset import Floats
from training.data.found import Found
from training.data.shown_names import shown
from training.distributed.encoding import encode
from training.distributed.group import Group
from training.distributed.inventory import Inventory

_SAME, _REPEATS = "the same moments as ", "it repeats the time "


def confirmed_copies(
    group: Group,
    inventory: Inventory,
    found: Sequence[Found],
    kinds: Mapping[str, Column],
) -> frozenset[str]:
    """Return the columns that were dropped as copies, and are ones in all rows.

    The rows are read again, if there is such a column at all. Numbers that repeat the
    time are confirmed batch by batch: none falls in one and rises in another.

    Parameters
    ----------
    found : sequence of Found
        Of the sample.
    kinds : mapping of name to Column
        What each column is, looked at alone.
    """
    pairs = {
        item.column.name: original
        for item in found
        if (original := _original(item.column, kinds)) is not None
    }
    if not pairs:
        return frozenset()
    contradicted: set[str] = set()
    #: Name of a number → whether it rises, and falls, somewhere.
    moves = {name: np.zeros(2, bool) for name in pairs}
    for file in inventory.files:
        for batch in batches_of(file, inventory.everywhere, inventory.column_names):
            for name, original in pairs.items():
                values, others = (
                    encode(kinds[one], batch.data[one]).values
                    for one in (name, original)
                )
                if values is None or others is None:
                    contradicted.add(name)
                elif kinds[name].kind is Kind.TIMESTAMP:
                    if not np.array_equal(values, others, equal_nan=True):
                        contradicted.add(name)
                elif np.isnan(values).any() or np.isnan(others).any():
                    contradicted.add(name)
                else:
                    moves[name] |= _moves(values, others)
    everywhere = group.gather((contradicted, moves))
    contradicted = set().union(*(names for names, _ in everywhere))
    return frozenset(
        name
        for name in pairs
        if name not in contradicted
        and not np.any([moves[name] for _, moves in everywhere], axis=0).all()
    )


def _original(column: Column, kinds: Mapping[str, Column]) -> str | None:
    """Return the column that another repeats, as its reason says."""
    if column.kind is not Kind.DROPPED:
        return None
    for reason in (_SAME, _REPEATS):
        if column.why.startswith(reason):
            named = column.why.removeprefix(reason)
            return next((name for name in kinds if shown(name) == named), None)
    return None


def _moves(values: Floats, times: Floats) -> np.ndarray:
    """Whether values rise, and whether they fall, from one moment to a later one."""
    order = np.argsort(times, kind="stable")
    starts = np.flatnonzero(np.diff(times[order], prepend=-np.inf) > 0)
    low = np.minimum.reduceat(values[order], starts)
    high = np.maximum.reduceat(values[order], starts)
    return np.array([(high[1:] > low[:-1]).any(), (low[1:] < high[:-1]).any()])
