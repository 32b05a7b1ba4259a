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

_Limits = tuple[float, float, float, float]
_SAME, _REPEATS = "the same moments as ", "it repeats the time "


def confirmed_copies(
    group: Group,
    inventory: Inventory,
    found: Sequence[Found],
    kinds: Mapping[str, Column],
) -> frozenset[str]:
    """Return the columns that were dropped as copies, and are ones in all rows.

    The rows are read again, if there is such a column at all. Numbers repeat the time
    that rise with it everywhere, or fall: within each batch, and from each to those of
    any host that lie after it.

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
    #: Name of a number → whether it rises, and falls, within a batch.
    moves = {name: np.zeros(2, bool) for name in pairs}
    #: Name of a number → first and last time of each batch, least and largest value.
    limits: dict[str, list[_Limits]] = {name: [] for name in pairs}
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
                    limits[name].append(
                        (others.min(), others.max(), values.min(), values.max())
                    )
    everywhere = group.gather((contradicted, moves, limits))
    contradicted = set().union(*(names for names, _, _ in everywhere))

    def rises_and_falls(name: str) -> bool:
        within = np.any([of_host[name] for _, of_host, _ in everywhere], axis=0)
        batches = [one for _, _, of_host in everywhere for one in of_host[name]]
        return bool((within | _moves_between(batches)).all())

    return frozenset(
        name for name in pairs if name not in contradicted and not rises_and_falls(name)
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


def _moves_between(batches: Sequence[_Limits]) -> np.ndarray:
    """Whether values rise, and whether they fall, from a batch to one after it."""
    if not batches:
        return np.zeros(2, bool)
    begins, ends, low, high = np.array(batches).T
    order = np.argsort(ends, kind="stable")
    least = np.append(np.inf, np.minimum.accumulate(low[order]))
    largest = np.append(-np.inf, np.maximum.accumulate(high[order]))
    before = np.searchsorted(ends[order], begins, side="left")
    return np.array([(high > least[before]).any(), (low < largest[before]).any()])
