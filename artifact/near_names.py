"""A name that was meant, where another was written."""

import difflib
from collections.abc import Iterable


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the one of the names that is most like it, whatever the case; or None.

    Examples
    --------
    >>> nearest_name("amonut", ["Time", "Amount"])
    'Amount'
    """
    lowered = {other.lower(): other for other in reversed([*known])}
    near = difflib.get_close_matches(name.lower(), lowered, n=1)
    return lowered[near[0]] if near else None
