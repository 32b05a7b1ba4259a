"""Which part each row belongs to, by the same protocol as data in memory.

Up to `EXACT_ROWS` the test part is the one that a single host would take: labels, times
or hashes are gathered, and drawn from alike. Beyond, it is decided row by row: by a cut
through the times of all hosts, or by a hash of the row's number (or of its features)
below a cut that gives each class its share.

Calibration and decision rule are chosen on a held-out fifth of the training part, which
a model of the other four fifths predicts; out-of-fold predictions of five folds would
take five times the work. By time the fifth is the last one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from training.data.dataset import SECONDS_PER_DAY, Floats, Indices
from training.data.hashing import HELD_OUT as HELD_OUT_CHANCE
from training.data.hashing import SPLIT, mixed, shares
from training.data.split import (
    delay_too_long,
    split_by_chance,
    split_by_time,
    too_few,
)
from training.distributed.group import Group
from training.distributed.order_statistics import Keys, keys_of, kth_smallest, value_of
from training.distributed.spool import Spool
from training.errors import TrainingError
from training.options import SplitOptions

EXACT_ROWS = 2_000_000
HELD_OUT_SHARE = 0.2

_Value = TypeVar("_Value", bound=np.generic)
Codes = npt.NDArray[np.int8]
Booleans = npt.NDArray[np.bool_]
#: Parts of the data. A gap is learnt from, but not before the held-out part: by then
#: its labels would not be known.
UNUSED, FIT, GAP, HELD_OUT, TEST = range(5)
TRAIN = (FIT, GAP, HELD_OUT)


@dataclass(frozen=True)
class Membership:
    """The part of every row of this host, and of all hosts the rows in each."""

    codes: Codes
    #: Of shape (parts, 2): rows of each part and class over all hosts.
    counts: npt.NDArray[np.int64]
    #: What a person should know of the held-out part, a sentence each.
    notes: tuple[str, ...] = ()

    def rows(self, *parts: int) -> int:
        """Rows of these parts over all hosts."""
        return int(self.counts[list(parts)].sum())

    def frauds(self, *parts: int) -> int:
        """Frauds of these parts over all hosts."""
        return int(self.counts[list(parts), 1].sum())

    def is_in(self, *parts: int) -> Booleans:
        """Whether each row of this host is in one of these parts."""
        return np.isin(self.codes, parts)


def assign(group: Group, spool: Spool, options: SplitOptions) -> Membership:
    """Say of every row which part it belongs to.

    Raises
    ------
    TrainingError
        If a side of the split lacks a class, or the data lack a time that is asked for.
    """
    notes: tuple[str, ...] = ()
    if options.protocol == "time":
        codes, notes = _by_time(group, spool, options)
    else:
        codes = _by_chance(group, spool, options)
    counts = np.zeros((TEST + 1, 2), np.int64)
    np.add.at(counts, (codes, spool.labels), 1)
    membership = Membership(codes, group.total(counts), notes)
    for parts in (TRAIN, (TEST,)):
        if not 0 < membership.frauds(*parts) < membership.rows(*parts):
            whole = membership.counts.sum(axis=0)
            raise too_few(int(whole[1]), int(whole.sum()), options)
    return membership


def check_held_out(membership: Membership) -> None:
    """Refuse a training part too small to choose anything on.

    Raises
    ------
    TrainingError
        If the held-out part, or what is learnt from before it, lacks a class.
    """
    for part in (FIT, HELD_OUT):
        if not 0 < membership.frauds(part) < membership.rows(part):
            raise TrainingError(
                f"The training part has {membership.frauds(*TRAIN)} frauds, too few "
                "for a held-out part with both classes; add rows, or use --calibration "
                "none with a fixed --threshold."
            )


def _by_chance(group: Group, spool: Spool, options: SplitOptions) -> Codes:
    is_grouped = options.protocol == "grouped"
    rows = group.count(spool.rows)
    if rows <= EXACT_ROWS:
        hashes = spool.hashes(0, spool.rows) if is_grouped else None
        train, test = split_by_chance(
            _gathered(group, spool, spool.labels),
            None if hashes is None else _gathered(group, spool, hashes),
            options,
        )
        codes = _own(spool, rows, train, test)
    else:
        codes = np.full(spool.rows, FIT, np.int8)
        _draw(group, spool, codes, part=TEST, share=options.test_size, options=options)
    _draw(group, spool, codes, part=HELD_OUT, share=HELD_OUT_SHARE, options=options)
    return codes


def _draw(
    group: Group,
    spool: Spool,
    codes: Codes,
    *,
    part: int,
    share: float,
    options: SplitOptions,
) -> None:
    """Give a share of the rows that are fitted on to another part, by chance.

    Each class gives its share exactly; grouped, rows of equal features go together.
    """
    is_grouped = options.protocol == "grouped"
    purpose = SPLIT if part == TEST else HELD_OUT_CHANCE

    def chances() -> Iterator[tuple[slice, Keys]]:
        for start, stop in spool.ranges():
            basis = spool.hashes if is_grouped else spool.numbers
            yield (
                slice(start, stop),
                mixed(basis(start, stop), options.random_state, purpose),
            )

    if is_grouped:
        for where, hashes in chances():
            drawn = (codes[where] == FIT) & (shares(hashes) < share)
            codes[where][drawn] = part
        return
    for label in (0, 1):

        def of_class(label: int = label) -> Iterator[Keys]:
            for where, hashes in chances():
                yield hashes[(codes[where] == FIT) & (spool.labels[where] == label)]

        size = group.count(
            int(np.count_nonzero((codes == FIT) & (spool.labels == label)))
        )
        if not size:
            continue
        cut = kth_smallest(group, of_class, min(round(share * size), size - 1))
        for where, hashes in chances():
            drawn = (codes[where] == FIT) & (spool.labels[where] == label)
            codes[where][drawn & (hashes < np.uint64(cut))] = part


def _by_time(
    group: Group, spool: Spool, options: SplitOptions
) -> tuple[Codes, tuple[str, ...]]:
    name = spool.columns.time
    if name not in spool.feature_names:
        raise TrainingError(
            f"--split time needs the column {name!r}, which the features lack; name "
            "another with --time-column."
        )
    times = spool.column(spool.feature_names.index(name))
    rows = group.count(spool.rows)
    if rows <= EXACT_ROWS:
        train, test = split_by_time(_gathered(group, spool, times), options)
        codes = _own(spool, rows, train, test)
    else:
        codes = _cut_by_time(group, times, rows, options)
    learnt = times[codes == FIT]
    held = group.count(len(learnt))
    if not held:
        return codes, ()
    begin = _kth_time(group, learnt, round((1 - HELD_OUT_SHARE) * held))
    codes[(codes == FIT) & (times >= begin)] = HELD_OUT
    return codes, _leave_gap(
        group, spool, codes, begin - times, options.label_delay_hours
    )


def _leave_gap(
    group: Group, spool: Spool, codes: Codes, later: Floats, delay_hours: float
) -> tuple[str, ...]:
    """Take the rows whose labels are not known when the held-out part begins.

    `later` is how many seconds after each row that is.

    Where that leaves too few, none are taken, as on one machine; a note says so.
    """
    if not delay_hours:
        return ()
    is_gap = (codes == FIT) & (later <= 3600.0 * delay_hours)
    left = spool.labels[(codes == FIT) & ~is_gap]
    if group.total(np.bincount(left, minlength=2)).min() > 0:
        codes[is_gap] = GAP
        return ()
    note = (
        f"look: a label delay of {delay_hours:g} hours leaves too few rows before the "
        "held-out fifth of the training part; it is made without it, and what is "
        "chosen on it knows labels that would have come later"
    )
    return (note,)


def _cut_by_time(
    group: Group, times: Floats, rows: int, options: SplitOptions
) -> Codes:
    limits = group.largest(
        np.array([times.max(), -times.min()]) if len(times) else np.full(2, -np.inf)
    )
    latest, earliest = limits[0], -limits[1]
    if options.test_days is not None:
        is_test = times > latest - options.test_days * SECONDS_PER_DAY
    else:
        count = int(np.ceil(options.test_size * rows))
        is_test = times >= _kth_time(group, times, rows - count)
    first = -group.largest(
        np.array([-times[is_test].min() if is_test.any() else -np.inf])
    )[0]
    known = times < first - 3600.0 * options.label_delay_hours
    if not options.label_delay_hours:
        known = ~is_test
    if not group.count(int(np.count_nonzero(known))):
        raise delay_too_long((first - earliest) / 3600.0, options)
    return np.where(is_test, TEST, np.where(known, FIT, UNUSED)).astype(np.int8)


def _kth_time(group: Group, times: Floats, k: int) -> float:
    keys = keys_of(times)
    return value_of(kth_smallest(group, lambda: (keys,), k))


def _gathered(
    group: Group, spool: Spool, values: npt.NDArray[_Value]
) -> npt.NDArray[_Value]:
    """Return one value of every row of all hosts, in the rows' order."""
    everywhere = group.gather((spool.segments, values))
    total = sum(len(part) for _, part in everywhere)
    joined = np.empty(total, values.dtype)
    for segments, part in everywhere:
        for first, last, number in segments:
            joined[number : number + last - first] = part[first:last]
    return joined


def _own(spool: Spool, rows: int, train: Indices, test: Indices) -> Codes:
    """Return the parts of this host's rows, of those of all rows."""
    codes = np.full(rows, UNUSED, np.int8)
    codes[train] = FIT
    codes[test] = TEST
    return codes[spool.numbers(0, spool.rows).astype(np.intp)]
