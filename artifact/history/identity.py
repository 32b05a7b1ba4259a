"""One spelling for an entity's value, in a training table and in a request."""

import math
import re

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
