"""Numbers that stand where nothing is known, such as -1 among counts."""

import numpy as np

from training.data.dataset import Floats

_BELOW = (-1.0, -9.0, -99.0, -999.0, -9999.0, -99_999.0)
_BEYOND = (9999.0, 99_999.0, 999_999.0, 9_999_999.0)
_LEAST_SHARE = 0.01
#: Among fewer other values it may be one of a scale, such as -1, 0 and 1.
_LEAST_OTHERS = 5
_FAR = 5.0


def likely_missing_code(values: Floats) -> float | None:
    """Return the number that often stands apart from all others, None for none.

    Below others that are all positive, or far beyond them.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    low, high = float(known.min()), float(known.max())
    for code, is_listed in ((low, low in _BELOW), (high, high in _BEYOND)):
        others = known[known != code]
        if (
            is_listed
            and len(known) - len(others) >= _LEAST_SHARE * len(known)
            and len(np.unique(others)) >= _LEAST_OTHERS
            and (others.min() >= 0 if code < 0 else _FAR * others.max() < code)
        ):
            return code
    return None
