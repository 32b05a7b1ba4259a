"""When a schedule is due: at() and cron() expressions.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
Of cron, `L`, `W` and `#` are not supported.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MONTHS = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class ExpressionError(ValueError):
    """An expression that is not understood."""


def is_due(expression: str, time_zone: str, after: datetime, until: datetime) -> bool:
    """Tell whether a schedule has an occurrence later than ``after``, up to ``until``.

    All times are aware.
    """
    match = re.fullmatch(r"(at|cron)\((.+)\)", expression.strip())
    if match is None:
        raise ExpressionError(f"expected at(…) or cron(…), got {expression!r}")
    kind, inner = match.groups()
    zone = ZoneInfo(time_zone)
    if kind == "at":
        return after < datetime.fromisoformat(inner).replace(tzinfo=zone) <= until
    return any(
        _matches(inner, minute.astimezone(zone)) for minute in _minutes(after, until)
    )


def _minutes(after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield every whole minute later than ``after``, up to ``until``."""
    minute = after.astimezone(UTC).replace(second=0, microsecond=0)
    while (minute := minute + timedelta(minutes=1)) <= until:
        yield minute


def _matches(cron: str, moment: datetime) -> bool:
    fields = cron.split()
    if len(fields) != 6:  # noqa: PLR2004
        raise ExpressionError(f"expected six fields, got {cron!r}")
    minutes, hours, days, months, weekdays, years = fields
    return all(
        [
            moment.minute in _values(minutes, 0, 59),
            moment.hour in _values(hours, 0, 23),
            moment.day in _values(days, 1, 31),
            moment.month in _values(months, 1, 12, MONTHS),
            moment.isoweekday() % 7 + 1 in _values(weekdays, 1, 7, WEEKDAYS),
            moment.year in _values(years, 1970, 2199),
        ]
    )


def _values(
    field: str, lowest: int, highest: int, names: tuple[str, ...] = ()
) -> set[int]:
    """Return the numbers that a field allows."""
    numbers = {name: index for index, name in enumerate(names, start=lowest)}
    allowed: set[int] = set()
    for part in field.upper().split(","):
        span, _, step = part.partition("/")
        if span in {"*", "?"}:
            first, last = lowest, highest
        else:
            first_text, _, last_text = span.partition("-")
            first = _number(first_text, numbers)
            last = _number(last_text, numbers) if last_text else first
            if step and not last_text:
                last = highest
        allowed |= set(range(first, last + 1, _number(step, {}) if step else 1))
    return allowed


def _number(text: str, numbers: dict[str, int]) -> int:
    if text in numbers:
        return numbers[text]
    if not text.isdecimal():
        raise ExpressionError(
            f"expected a number or name in the cron expression, got {text!r}"
        )
    return int(text)
