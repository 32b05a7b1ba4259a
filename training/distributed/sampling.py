"""The rows of one part that are judged, few enough for one host.

A part of at most `MOST_ROWS` rows comes whole, and its figures are those of the part.
Of a larger one come as many frauds as fill half of that, mostly all of them, and as
many legitimate rows as there is room for, where they matter: the scores are counted in
fine bins, each bin gives its share, and small bins, as those of high scores are, come
whole. A row stands for as many as its bin has of rows for each that comes, so that the
totals of the bins and of the class are exact: average precision and ROC-AUC are those
of all rows within 1e-4.
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
    """Choose rows to learn from: frauds, up to half the room, and others by chance."""
    cells = labels.astype(np.intp)
    counts = group.total(np.bincount(cells, minlength=2))
    shares = _shares(counts, most_rows)[cells]
    return _sample(group, cells, shares, weights=weights, chances=chances, n_cells=2)


def _bins(scores: Floats) -> npt.NDArray[np.intp]:
    places = (scores + _LIMIT) * (_BINS / (2 * _LIMIT))
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
    for one in (slice(0, None, 2), slice(1, None, 2)):
        # Rows of a cell that gives none by chance are stood for by their class.
        standing_for = totals[one][drawn[one] > 0].sum()
        scale[one] *= totals[one].sum() / standing_for if standing_for else 1.0
    return Sample(taken, (standing * scale[cells])[taken])
