"""Score histograms merged over hosts, and rows that stand for each of their bins.

Every host counts its rows by score and class in bins so fine that no threshold, and
nothing that depends on the order of the scores, moves by 1e-4 within one; the counts
are added up exactly. What the first host judges are rows of those bins: of a part of at
most `MOST_ROWS` all. Of a larger part, where several scores share the room, come at
least one row of every bin, all rows of small bins, as those of high scores and of
frauds are, and a share of large ones. Each stands for so many that every bin has the
weight that it has over all hosts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.data.dataset import Floats, Labels
from training.distributed.group import Group

MOST_ROWS = 300_000
#: A bin is 2.9e-4 of log-odds wide at log-odds of 0, so at most 7.2e-5 of probability;
#: at 20 it is 2e-3 wide, at 40 4e-3.
_BINS = 1 << 17
#: Log-odds up to here have bins of much the same width, beyond of much the same share.
_EVEN = 3.0
#: No probability but 0 and 1 has larger log-odds, either way.
_LIMIT = 750.0

Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sample:
    """Which of this host's rows come, and how many each stands for.

    `stands_for`, of shape (n_rows_taken, n_scores), has a column for each of several
    scores; it is None when all rows come and each stands for itself.
    """

    taken: Booleans
    stands_for: Floats | None


def sample_by_score(
    group: Group,
    scores: Sequence[Floats],
    labels: Labels,
    weights: Floats | None,
    chances: Floats,
    *,
    most_rows: int = MOST_ROWS,
) -> Sample:
    """Choose rows to judge several models' scores on, each by a histogram of its own.

    Parameters
    ----------
    scores : sequence of float64 arrays of shape (n_rows,)
        Log-odds, infinite for probabilities of 0 and 1.
    labels, weights : arrays of shape (n_rows,)
    chances : float64 array of shape (n_rows,)
        In [0, 1), by the rows' hashes.
    """
    cells = [2 * _bins(one) + labels for one in scores]
    return _sample(group, cells, weights, chances, n_cells=2 * _BINS, room=most_rows)


def sample_by_class(
    group: Group,
    labels: Labels,
    weights: Floats | None,
    chances: Floats,
    most_rows: int = MOST_ROWS,
) -> Sample:
    """Choose rows to learn from: frauds, up to half the room, and others by chance."""
    cells = [labels.astype(np.intp)]
    return _sample(group, cells, weights, chances, n_cells=2, room=most_rows)


def _bins(scores: Floats) -> npt.NDArray[np.intp]:
    halves = np.arcsinh(scores / _EVEN) / np.arcsinh(_LIMIT / _EVEN)
    places: Floats = (halves + 1) * (_BINS / 2)
    return np.clip(places, 0, _BINS - 1).astype(np.intp)


def _shares(counts: npt.NDArray[np.int64], room: int) -> Floats:
    """Return the share of each cell; odd cells are those of frauds."""
    shares = np.ones(len(counts))
    if counts.sum() <= room:
        return shares
    frauds = min(int(counts[1::2].sum()), room // 2)
    shares[1::2] = _filled(counts[1::2], frauds)
    shares[::2] = _filled(counts[::2], room - frauds)
    return shares


def _filled(counts: npt.NDArray[np.int64], room: int) -> Floats:
    """Return the share of each cell of one class.

    Small cells come whole, large ones give the same number of rows, like water that
    fills vessels to one level.
    """
    order = np.sort(counts)
    # With this level in every vessel, so much is in all of them.
    filled = np.cumsum(order) + order * np.arange(len(order) - 1, -1, -1)
    full = int(np.searchsorted(filled, room, side="right"))
    if full == len(order):
        return np.ones(len(counts))
    level = (room - order[:full].sum()) / (len(order) - full)
    shares: Floats = np.minimum(1.0, level / np.maximum(counts, 1))
    return shares


def _sample(
    group: Group,
    cells: Sequence[npt.NDArray[np.intp]],
    weights: Floats | None,
    chances: Floats,
    *,
    n_cells: int,
    room: int,
) -> Sample:
    """Choose rows by several divisions into cells; odd cells have the frauds."""
    if group.count(len(chances)) <= room:
        return Sample(np.ones(len(chances), bool), None)
    share = np.zeros(len(chances))
    for of_rows in cells:
        counts = group.total(np.bincount(of_rows, minlength=n_cells))
        share = np.maximum(share, _shares(counts, room // len(cells))[of_rows])
    taken = chances < share
    if not group.count(int(np.count_nonzero(~taken))):
        return Sample(taken, None)
    for of_rows in cells:
        taken |= chances == _least(group, of_rows, chances, n_cells)[of_rows]
    own = np.ones(len(chances)) if weights is None else weights
    stands_for = []
    for of_rows in cells:
        totals = np.bincount(of_rows, own, n_cells)
        drawn = np.bincount(of_rows[taken], (own / share)[taken], n_cells)
        totals, drawn = group.total(np.stack([totals, drawn]))
        scale = np.divide(totals, drawn, out=np.ones(n_cells), where=drawn > 0)
        stands_for.append(scale[of_rows[taken]] / share[taken])
    return Sample(taken, np.column_stack(stands_for))


def _least(
    group: Group, cells: npt.NDArray[np.intp], chances: Floats, n_cells: int
) -> Floats:
    """Return the least chance of each cell: its row comes, so that none is empty."""
    least = np.ones(n_cells)
    np.minimum.at(least, cells, chances)
    return -group.largest(-least)
