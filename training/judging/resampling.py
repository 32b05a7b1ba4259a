"""Bootstrap draws that a row's content decides, and not where or when it is judged."""

from collections.abc import Iterator

import numpy as np
from scipy.special import pdtr

from training.data.dataset import Floats, Hashes
from training.data.hashing import BOOTSTRAP, mixed, shares

#: P(count ≤ k) of a Poisson variable of mean 1; beyond these, a double has no digit.
_POISSON = pdtr(np.arange(18), 1.0)


def poisson_draws(
    row_hashes: Hashes,
    replicates: int,
    seed: int,
    stands_for: Floats | None = None,
) -> Iterator[Floats]:
    """Yield for each replicate how many times every row is drawn.

    Poisson(1) times, which for many rows is the same as drawing n of n with
    replacement. A row that stands for m, of which each would be drawn so, has the
    mean and the variance of their sum, divided by m.

    Parameters
    ----------
    row_hashes : uint64 array of shape (n_rows,)
        Of the rows' contents; equal rows are told apart by their order.
    replicates, seed : int
    stands_for : float64 array of shape (n_rows,) or None
        None where every row stands for itself.
    """
    keys = mixed(_distinct(row_hashes), seed, BOOTSTRAP)
    for replicate in range(replicates):
        chances = shares(mixed(keys, replicate, BOOTSTRAP))
        draws = np.searchsorted(_POISSON, chances, side="right").astype(np.float64)
        if stands_for is not None:
            draws = 1.0 + (draws - 1.0) / np.sqrt(np.maximum(stands_for, 1.0))
        yield draws


def _distinct(hashes: Hashes) -> Hashes:
    """Return keys that differ between equal rows too, by their order."""
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    is_first = np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]
    places = np.arange(len(ordered))
    earlier = places - np.maximum.accumulate(np.where(is_first, places, 0))
    keys = np.empty_like(hashes)
    keys[order] = mixed(ordered, 0, BOOTSTRAP) + earlier.astype(np.uint64)
    return keys
