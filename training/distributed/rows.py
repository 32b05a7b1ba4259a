"""Some of the rows of this host, as a model takes them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from training.data.dataset import Dataset
from training.data.vocabulary import Vocabulary
from training.distributed.membership import Booleans
from training.distributed.spool import Spool


@dataclass(frozen=True)
class Rows:
    """Which rows, and the categories that the model knows."""

    spool: Spool
    vocabulary: Vocabulary
    chosen: Booleans

    def template(self) -> Dataset:
        """Return a data set of these columns without rows."""
        return self.vocabulary.apply(self.spool.template())

    def batches(self) -> Iterator[Dataset]:
        """Read them, batch by batch; yield nothing where this host has none."""
        for start, stop in self.spool.ranges():
            places = np.flatnonzero(self.chosen[start:stop])
            if len(places):
                yield self.vocabulary.apply(self.spool.data(start, stop).take(places))
