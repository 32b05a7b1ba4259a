"""Gradients of the logistic loss whose sums do not depend on the order of the rows.

XGBoost adds up single-precision gradients in double precision. Where all are multiples
of one power of two, and their sum has no more than 53 bits of it, every partial sum is
exact: threads and hosts, in whatever order, get the same sums and grow the same trees.
Of a few hundred thousand rows that rounds nothing; of a billion, gradients at the
ninth decimal.
"""

from collections.abc import Callable, Iterator
from math import ceil, log2

import numpy as np
from scipy.special import expit

from training.data.dataset import Indices
from training.models.bins import Singles

#: Bits of a double's significand.
_BITS = 53
#: The sum that the power is chosen by is of multiples of this, so that it is exact too.
_COARSE = 2.0**-16
#: Rows that are worked on at once: what a step needs besides stays small.
_ROWS = 1 << 20

#: Adds up one number over all hosts.
Total = Callable[[float], float]


class LogisticLoss:
    """What XGBoost's own ``binary:logistic`` computes, rounded.

    Parameters
    ----------
    labels, weights : float32 arrays of shape (n_rows,)
        Of this host's rows; without weights every row counts once.
    positive_weight : float
        How many times a fraud counts.
    total : callable
    """

    def __init__(
        self,
        labels: Singles,
        weights: Singles | None,
        positive_weight: float,
        total: Total,
    ) -> None:
        self._frauds: Indices = np.flatnonzero(labels)
        self._weights = weights
        self._positive_weight = np.float32(positive_weight)
        self._total = total
        if weights is None:
            rows, frauds = float(len(labels)), float(len(self._frauds))
        else:
            rows = float(weights.sum(dtype=np.float64))
            frauds = float(weights[self._frauds].sum(dtype=np.float64))
        all_frauds = total(frauds) * positive_weight
        rate = all_frauds / (all_frauds + total(rows - frauds))
        #: Where the trees begin: one Newton step from a half, as XGBoost's.
        self.first_probability = float(expit(4.0 * (rate - 0.5)))

    def gradients(self, margins: Singles) -> tuple[Singles, Singles]:
        """Return first and second derivatives by the log-odds, in place of these.

        Parameters
        ----------
        margins : float32 array of shape (n_rows,)
            The log-odds so far; overwritten.
        """
        first = margins
        second = np.empty_like(first)
        for rows in _pieces(len(first)):
            expit(first[rows], out=first[rows])
            np.subtract(np.float32(1.0), first[rows], out=second[rows])
            second[rows] *= first[rows]
        first[self._frauds] -= np.float32(1.0)
        for derivative in (first, second):
            derivative[self._frauds] *= self._positive_weight
            if self._weights is not None:
                np.multiply(derivative, self._weights, out=derivative)
        self._round(first, second)
        return first, second

    def _round(self, first: Singles, second: Singles) -> None:
        # A second derivative is never larger than the first.
        coarse = 0.0
        for rows in _pieces(len(first)):
            pieces = np.ceil(np.abs(first[rows]) / np.float32(_COARSE))
            coarse += float(pieces.sum(dtype=np.float64))
        total = self._total(coarse) * _COARSE
        if not total:
            return
        per_unit = np.float32(2.0 ** (_BITS - ceil(log2(total))))
        for derivative in (first, second):
            np.multiply(derivative, per_unit, out=derivative)
            np.rint(derivative, out=derivative)
            np.divide(derivative, per_unit, out=derivative)


def _pieces(rows: int) -> Iterator[slice]:
    for start in range(0, rows, _ROWS):
        yield slice(start, start + _ROWS)
