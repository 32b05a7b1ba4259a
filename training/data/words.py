"""What a message may show: names that look like names, never a cell."""

import re
from collections.abc import Sequence

_NAME = re.compile(r"[^\W\d][\w .:/()#&+?%$€£*-]{0,62}")
_LONG_NUMBER = re.compile(r"[0-9]{6}")


def shown(name: str) -> str:
    """Return a column's name in quotes, or that it looks like no name.

    A first line that is no header holds values; a card number must not reach a log,
    nor a control character a terminal.
    """
    if _NAME.fullmatch(name) and not _LONG_NUMBER.search(name):
        return repr(name)
    return f"(a name of {len(name)} characters that is not shown)"


def shown_list(names: Sequence[str], most: int = 8) -> str:
    """Return some of the names, and how many more there are."""
    words = ", ".join(shown(name[:40]).strip("'") for name in names[:most])
    return f"{words} and {len(names) - most} more" if len(names) > most else words
