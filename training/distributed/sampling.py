"""The rows of one part that are judged, few enough for one host.

A part of at most `MOST_ROWS` rows comes whole, and its figures are those of the part.
Of a larger one come all frauds, and of the legitimate rows as many as there is room
for, where they matter: the scores are counted in fine bins, each bin gives its share,
and the bins of high scores are small enough to come whole. A row stands for as many as
its bin has of rows for each that comes, so that every bin's total is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.data.dataset import Floats, Labels
from training.distributed.group import Group

MOST_ROWS = 300_000
_BINS = 8192
#: Scores are log-odds; beyond these limits they share a bin.
_LIMIT = 20.0

Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sample:
    """Which of this host's rows come, and what each stands for.

    `weights` is None when all rows come and each stands for itself.
    """

    taken: Booleans
    weights: Floats | None


def sample_by_score(
    group: Group,
    scores: Sequence[Floats],
    labels: Labels,
    weights: Floats | None,
    chances: Floats,
    *,
    most_rows: int = MOST_ROWS,
) -> Sample:
    """Choose rows to judge several models' scores on; the first model's matter most.

    Parameters
    ----------
    scores : sequence of float64 arrays of shape (n_rows,)
        Log-odds.
    labels, weights : arrays of shape (n_rows,)
    chances : float64 array of shape (n_rows,)
        In [0, 1), by the rows' hashes.
    """
    cells = [2 * _bins(one) + labels for one in scores]
    shares = np.zeros(len(labels))
    for of_model in cells:
        counts = group.total(np.bincount(of_model, minlength=2 * _BINS))
        share = _shares(counts, most_rows // len(scores))
        shares = np.maximum(shares, share[of_model])
    return _sample(
        group,
        cells[0],
        shares,
        weights=weights,
        chances=chances,
        n_cells=2 * _BINS,
    )


def sample_by_class(
    group: Group,
    labels: Labels,
    weights: Floats | None,
    chances: Floats,
    most_rows: int = MOST_ROWS,
) -> Sample:
    """Choose rows to learn from: all frauds, and legitimate rows by chance."""
    cells = labels.astype(np.intp)
    counts = group.total(np.bincount(cells, minlength=2))
    shares = _shares(counts, most_rows)[cells]
    return _sample(group, cells, shares, weights=weights, chances=chances, n_cells=2)


def _bins(scores: Floats) -> npt.NDArray[np.intp]:
    places = (scores + _LIMIT) * (_BINS / (2 * _LIMIT))
    return np.clip(places, 0, _BINS - 1).astype(np.intp)


def _shares(counts: npt.NDArray[np.int64], room: int) -> Floats:
    """Return the share of each cell; odd cells are those of frauds.

    Small cells come whole, large ones give the same number of rows, like water that
    fills vessels to one level.
    """
    shares = np.ones(len(counts))
    if counts.sum() <= room:
        return shares
    frauds = int(counts[1::2].sum())
    shares[1::2] = min(1.0, room / 2 / max(frauds, 1))
    legitimate = counts[::2]
    left = room - min(frauds, room // 2)
    order = np.sort(legitimate)
    # With this level in every vessel, so much is in all of them.
    filled = np.cumsum(order) + order * np.arange(len(order) - 1, -1, -1)
    full = int(np.searchsorted(filled, left, side="right"))
    if full < len(order):
        below = order[:full].sum()
        level = (left - below) / (len(order) - full)
        shares[::2] = np.minimum(1.0, level / np.maximum(legitimate, 1))
    return shares


def _sample(
    group: Group,
    cells: npt.NDArray[np.intp],
    shares: Floats,
    *,
    weights: Floats | None,
    chances: Floats,
    n_cells: int,
) -> Sample:
    taken = chances < shares
    left_out = group.count(int(np.count_nonzero(~taken)))
    if not left_out:
        return Sample(taken, None if weights is None else weights)
    own = np.ones(len(cells)) if weights is None else weights
    standing = own / shares
    totals = np.bincount(cells, own, n_cells)
    drawn = np.bincount(cells[taken], standing[taken], n_cells)
    totals, drawn = group.total(np.stack([totals, drawn]))
    scale = np.divide(totals, drawn, out=np.zeros(n_cells), where=drawn > 0)
    return Sample(taken, (standing * scale[cells])[taken])
