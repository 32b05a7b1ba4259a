"""One spelling for an entity's value, in a training table and in a request."""

import math
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from artifact.value_encoders import python_value
from artifact.value_kinds import MISSING_WORDS

_WHOLE_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))\.0+")


def entity_text(value: object) -> str | None:
    """Return the value as text, None where it is missing.

    ``801``, ``801.0``, ``"801"`` and ``"801.0 "`` are one card, whichever library holds
    them: a column with gaps is read as floating-point numbers, one without as whole
    ones. What means missing in a file is nobody's history.
    """
    value = python_value(value)
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    text = text.strip()
    if text in MISSING_WORDS:
        return None
    whole = _WHOLE_NUMBER.fullmatch(text)
    return str(int(whole.group(1))) if whole else text


def entity_codes(
    codes: npt.NDArray[np.integer], values: Sequence[object]
) -> tuple[npt.NDArray[np.intp], tuple[str, ...]]:
    """Return each row's entity as a number, however spelt, and each number's text.

    `codes`, of shape (n_rows,), are places in `values`, or -1; so is the result.
    """
    place: dict[str, int] = {}
    numbers = np.full(len(values) + 1, -1, dtype=np.intp)
    for code, value in enumerate(values):
        text = entity_text(value)
        if text is not None:
            numbers[code] = place.setdefault(text, len(place))
    return numbers[codes], tuple(place)
