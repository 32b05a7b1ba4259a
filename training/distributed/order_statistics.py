"""The k-th smallest of values that lie on several hosts, exactly.

A radix selection: four sums of 65,536 counts, whatever the number of rows.
"""

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from training.data.dataset import Floats
from training.distributed.group import Group

Keys = npt.NDArray[np.uint64]

_DIGIT_BITS = 16
_DIGITS = 1 << _DIGIT_BITS
_SIGN = np.uint64(1 << 63)


def kth_smallest(group: Group, keys: Callable[[], Iterable[Keys]], k: int) -> int:
    """Return the k-th smallest key, counted from 0, over all hosts.

    `keys` yields this host's keys, in arrays, every time it is called.
    """
    found = 0
    for shift in range(64 - _DIGIT_BITS, -1, -_DIGIT_BITS):
        counts = np.zeros(_DIGITS, np.int64)
        for some in keys():
            inside = some
            if shift + _DIGIT_BITS < 64:  # noqa: PLR2004 - bits of a key
                above = np.uint64(shift + _DIGIT_BITS)
                inside = some[some >> above == np.uint64(found)]
            digits = (inside >> np.uint64(shift)) & np.uint64(_DIGITS - 1)
            counts += np.bincount(digits.astype(np.intp), minlength=_DIGITS)
        before = np.cumsum(group.total(counts))
        digit = int(np.searchsorted(before, k, side="right"))
        k -= int(before[digit - 1]) if digit else 0
        found = (found << _DIGIT_BITS) | digit
    return found


def keys_of(values: Floats) -> Keys:
    """Return whole numbers in the order of the values, which may not be NaN."""
    bits = (values + 0.0).view(np.uint64)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def value_of(key: int) -> float:
    """Return the value that has this key."""
    bits = np.uint64(key)
    bits = bits & ~_SIGN if bits & _SIGN else ~bits
    return float(np.array([bits], np.uint64).view(np.float64)[0])
