"""Rows of all hosts come to the first one, in the order of the data."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from training.data.dataset import Dataset, Floats
from training.distributed.group import Group
from training.distributed.membership import Booleans, Codes
from training.distributed.sampling import Sample
from training.distributed.spool import Spool


@dataclass(frozen=True)
class Collected:
    """Rows of one part with what belongs to each.

    Shapes: `numbers` and `codes` (n_rows,), `scores` (n_rows, n_models).
    """

    data: Dataset
    #: Of the rows in the whole of the data.
    numbers: npt.NDArray[np.uint64]
    codes: Codes
    scores: Floats


def collect(
    group: Group,
    spool: Spool,
    inside: Booleans,
    *,
    sample: Sample,
    codes: Codes,
    scores: Floats,
) -> Collected | None:
    """Send the sampled rows of a part to the first host; None on the others.

    Parameters
    ----------
    inside : boolean array of shape (n_rows,)
        The part's rows among this host's.
    sample : Sample
        Of the rows inside.
    codes : int8 array of shape (n_rows,)
    scores : float64 array of shape (n_rows_inside, n_models)
    """
    chosen = np.zeros(spool.rows, bool)
    chosen[np.flatnonzero(inside)[sample.taken]] = True
    features = [
        spool.features(start, stop)[chosen[start:stop]]
        for start, stop in spool.ranges()
        if chosen[start:stop].any()
    ]
    width = len(spool.feature_names)
    own = (
        np.concatenate([np.zeros((0, width)), *features]),
        spool.labels[chosen],
        sample.weights,
        spool.numbers(0, spool.rows)[chosen],
        codes[chosen],
        scores[sample.taken],
    )
    everywhere = group.gather(own)
    if not group.is_first:
        return None
    parts = list(zip(*everywhere, strict=True))
    order = np.argsort(np.concatenate(parts[3]), kind="stable")
    weights = None if parts[2][0] is None else np.concatenate(parts[2])[order]
    data = replace(
        spool.template(),
        features=np.concatenate(parts[0])[order],
        labels=np.concatenate(parts[1])[order],
        weights=weights,
    )
    return Collected(
        data,
        np.concatenate(parts[3])[order],
        np.concatenate(parts[4])[order],
        np.concatenate(parts[5])[order],
    )
