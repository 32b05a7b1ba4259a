"""What a message may show: names that look like names, never a cell."""

import re
import shlex
from collections.abc import Sequence

_NAME = re.compile(r"[^\W\d][\w .:/()#&+?%$€£*-]{0,62}|[0-9]{1,3}")
_LONG_NUMBER = re.compile(r"[0-9]{6}")


def shown(name: str) -> str:
    """Return a column's name in quotes, or that it looks like no name.

    A first line that is no header holds values; a card number must not reach a log,
    nor a control character a terminal.
    """
    if _NAME.fullmatch(name) and not _LONG_NUMBER.search(name):
        return repr(name)
    characters = "character" if len(name) == 1 else "characters"
    return f"(a name of {len(name)} {characters} that is not shown)"


def counted(count: int, noun: str) -> str:
    """Return a number of things in words: "1 value", "2,000 values"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def option_value(names: Sequence[str]) -> str:
    """Return names as an option takes them in a shell, if all of them may be shown."""
    if any(shown(name) != repr(name) for name in names):
        return "NAME,…"
    return shlex.quote(",".join(names))


def shown_list(names: Sequence[str], most: int = 8) -> str:
    """Return some of the names, and how many more there are."""
    words = ", ".join(shown(name[:40]).strip("'") for name in names[:most])
    return f"{words} and {len(names) - most} more" if len(names) > most else words
