"""Fit the models to parts of the rows of all hosts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.pipeline import Pipeline

from training.data.dataset import Dataset, Floats
from training.data.hashing import SAMPLE, mixed, shares
from training.data.vocabulary import Vocabulary
from training.distributed.checkpoints import Checkpoints
from training.distributed.collecting import Collected, collect
from training.distributed.group import Group
from training.distributed.linear import fit_to_all_rows
from training.distributed.membership import TRAIN, Booleans, Membership
from training.distributed.rows import Rows
from training.distributed.sampling import sample_by_class
from training.distributed.spool import Spool
from training.models.fitting import fit_pipeline
from training.options import Arguments


@dataclass
class Learning:
    """The training part, and what fits models to it.

    A sample is on the first host: all frauds, while they fill no more than half of it,
    and other rows with the weight of those left out; up to `sampling.MOST_ROWS` rows
    that is every row. Trees have their bins from it, and learn from every row. The
    linear model is fitted to it, and then to every row by sums over the hosts.
    """

    group: Group
    spool: Spool
    membership: Membership
    vocabulary: Vocabulary
    arguments: Arguments
    checkpoints: Checkpoints
    threads: int
    tell: Callable[[str], None]
    #: On the first host; None on the others.
    sample: Collected | None = field(init=False)

    def __post_init__(self) -> None:
        inside = self.membership.is_in(*TRAIN)
        spool = self.spool
        sample = sample_by_class(
            self.group,
            spool.labels[inside],
            weights_of(spool, inside),
            chances_of(spool, inside, self.arguments.split.random_state),
        )
        empty = np.zeros((int(inside.sum()), 0))
        codes = self.membership.codes
        self.sample = collect(
            self.group, spool, inside, sample=sample, codes=codes, scores=empty
        )

    def fit(
        self, names: Sequence[str], parts: Sequence[int], what: str
    ) -> dict[str, Pipeline]:
        """Fit each model to the rows of these parts; all hosts get the same ones."""
        return {name: self._fit(name, parts, what) for name in names}

    def _fit(self, name: str, parts: Sequence[int], what: str) -> Pipeline:
        if name == "xgboost":
            # Several hosts have it, one alone may lack it.
            from training.distributed.boosting import fit_xgboost  # noqa: PLC0415

            fitted = fit_xgboost(
                self.group,
                self._rows_of(parts),
                self._sample_of(parts),
                self.arguments.options,
                self.checkpoints,
                name=what,
                threads=self.threads,
                tell=self.tell,
            )
        else:
            fitted, is_whole = self.group.from_first(self._fit_on_sample(name, parts))
            if not is_whole:
                fitted = fit_to_all_rows(self.group, fitted, self._rows_of(parts))
        self.tell(f"fitted {name}: the {what}")
        return fitted

    def _rows_of(self, parts: Sequence[int]) -> Rows:
        return Rows(self.spool, self.vocabulary, self.membership.is_in(*parts))

    def _fit_on_sample(
        self, name: str, parts: Sequence[int]
    ) -> tuple[Pipeline, bool] | None:
        """Return the fit, and whether the sample is all rows."""
        sample = self._sample_of(parts)
        if sample is None:
            return None
        data = self.vocabulary.apply(sample)
        fitted = fit_pipeline(name, data, self.arguments.options)
        return fitted, data.stands_for is None

    def _sample_of(self, parts: Sequence[int]) -> Dataset | None:
        if self.sample is None:
            return None
        rows = np.flatnonzero(np.isin(self.sample.codes, parts))
        return self.sample.data().take(rows)


def weights_of(spool: Spool, inside: Booleans) -> Floats | None:
    """Read the weights of some rows of this host."""
    if not spool.has_weights:
        return None
    weights = spool.weights(0, spool.rows)
    return None if weights is None else weights[inside]


def chances_of(spool: Spool, inside: Booleans, seed: int) -> Floats:
    """Return a number in [0, 1) for each of some rows, the same on any host."""
    hashes = [
        mixed(spool.numbers(start, stop)[inside[start:stop]], seed, SAMPLE)
        for start, stop in spool.ranges()
    ]
    return shares(np.concatenate([np.zeros(0, np.uint64), *hashes]))
