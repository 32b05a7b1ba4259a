"""One spelling for an entity's value, in a training table and in a request."""

import math


def entity_text(value: object) -> str | None:
    """Return the value as text, None where it is missing.

    ``801``, ``801.0`` and ``"801"`` are one card: a column with gaps is read as
    floating-point numbers, one without as whole ones.
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value) or None
