"""What a person chose to be shown of each transaction, to tell it from the others."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from artifact.near_names import nearest_name
from artifact.printable import printable
from operations.account.errors import OperationError

#: As many digits as a payment card's number has; the last are shown.
_CARD_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){11,18}")
_LAST_DIGITS = 4
_MOST_CHARACTERS = 24


def told_apart(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> list[list[str]]:
    """Return these columns of each row as text, and of long numbers the end only.

    Raises
    ------
    OperationError
        If no row has one of the columns.
    """
    known = list(dict.fromkeys(name for row in rows for name in row))
    for name in columns:
        if name not in known:
            near = nearest_name(name, known)
            hint = f"did you mean {near!r}?" if near else "name another."
            raise OperationError(
                f"--show: no transaction has a column {name!r}; {hint}"
            )
    return [[_text(row.get(name)) for name in columns] for row in rows]


def _text(value: object) -> str:
    text = "" if value is None else " ".join(printable(str(value)).split())
    text = _CARD_NUMBER.sub(lambda match: f"…{match.group()[-_LAST_DIGITS:]}", text)
    if len(text) > _MOST_CHARACTERS:
        return f"{text[: _MOST_CHARACTERS - 1]}…"
    return text
