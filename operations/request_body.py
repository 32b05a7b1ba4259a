"""What is sent of a program's transactions: rows as JSON or as a CSV."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from datetime import time as time_of_day
from numbers import Number
from typing import Any

from operations.account.errors import OperationError

_INFINITIES: tuple[Any, ...] = (math.inf, -math.inf)
_PLAIN_TYPES = (str, int, type(None))


def json_row(transaction: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row as JSON holds it: a missing value is null.

    Raises
    ------
    OperationError
        Naming the field that holds infinity, or what JSON cannot hold.
    """
    row = {n: None if _is_missing(v) else v for n, v in transaction.items()}
    for name, value in row.items():
        if not isinstance(value, _PLAIN_TYPES):
            _check(name, value)
    return row


def json_body(payload: object) -> str:
    """Return rows of `json_row` as JSON."""
    return json.dumps(payload, default=_plain, allow_nan=False)


def csv_body(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows of the same columns as a CSV with a header; a missing value is empty.

    Numbers, such as those from history, are written so that they read back the same.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _check(name: str, value: object) -> None:
    # Of any library: Decimal and numpy's are equal to it too.
    if isinstance(value, Number) and any(value == end for end in _INFINITIES):
        raise OperationError(
            f"{name}: expected a finite number or null, got infinity; correct it."
        )
    try:
        json_body(value)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise OperationError(
            f"{name}: expected a value that JSON can hold, got one that it cannot, "
            "such as NaN in a list; correct it, or leave the field out."
        ) from None


def _is_missing(value: object) -> bool:
    # NaN of any library, and pandas' NaT and NA, are no values.
    if type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, Number) and bool(value != value)  # noqa: PLR0124


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever json does not know
    """Return moments as ISO 8601, durations in seconds, numpy's values as Python's."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, date | time_of_day):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode()
    return value.tolist() if hasattr(value, "tolist") else float(value)
