"""Rows of all hosts come to the first one, in the order of the data."""

from dataclasses import dataclass, replace
from typing import Any

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

    Shapes: `numbers` and `codes` (n_rows,), `scores` (n_rows, n_models), `stands_for`
    (n_rows, n_scores) or None where all rows of the part are here.
    """

    rows: Dataset
    stands_for: Floats | None
    #: Of the rows in the whole of the data.
    numbers: npt.NDArray[np.uint64]
    codes: Codes
    scores: Floats

    def data(self, score: int = 0) -> Dataset:
        """Return the rows with the weight of those that they stand for.

        They stand for bins of one score each: those of one model are not another's.
        """
        if self.stands_for is None:
            return self.rows
        stands_for = self.stands_for[:, score]
        weights = self.rows.row_weights * stands_for
        return replace(self.rows, weights=weights, stands_for=stands_for)


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
        Of all of this host's rows.
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
    weights = spool.weights(0, spool.rows)
    own = (
        np.concatenate([np.zeros((0, width)), *features]),
        spool.labels[chosen],
        None if weights is None else weights[chosen],
        spool.numbers(0, spool.rows)[chosen],
        codes[chosen],
        scores[sample.taken],
        sample.stands_for,
    )
    everywhere = group.gather(own)
    if not group.is_first:
        return None
    parts = list(zip(*everywhere, strict=True))
    order = np.argsort(np.concatenate(parts[3]), kind="stable")

    def in_order(part: tuple[Any, ...]) -> Any:  # noqa: ANN401 - arrays of several types
        return None if part[0] is None else np.concatenate(part)[order]

    rows = replace(
        spool.template(),
        features=in_order(parts[0]),
        labels=in_order(parts[1]),
        weights=in_order(parts[2]),
    )
    return Collected(
        rows,
        in_order(parts[6]),
        in_order(parts[3]),
        in_order(parts[4]),
        in_order(parts[5]),
    )
