"""When local AWS's clock fires a schedule."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_aws.scheduler.expressions import ExpressionError, is_due

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday


def due(expression: str, at: datetime, zone: str = "UTC") -> bool:
    """Tell whether the half second up to ``at`` has an occurrence."""
    return is_due(expression, zone, at - timedelta(seconds=0.5), at)


@pytest.mark.parametrize(
    ("expression", "zone", "at"),
    [
        ("cron(0 20 * * ? *)", "UTC", NOON.replace(hour=20)),
        ("cron(0 20 * * ? *)", "Europe/Brussels", NOON.replace(hour=19)),
        # In July Brussels is two hours ahead of UTC.
        ("cron(0 20 * * ? *)", "Europe/Brussels", NOON.replace(month=7, hour=18)),
        ("cron(*/15 * * * ? *)", "UTC", NOON.replace(minute=45)),
        ("cron(0 12 ? * MON-FRI *)", "UTC", NOON),
        ("cron(0 12 ? * 2 *)", "UTC", NOON),
        ("cron(0 12 23 NOV,DEC ? 2026-2030)", "UTC", NOON),
        ("at(2026-11-23T12:00:00)", "UTC", NOON),
        ("at(2026-11-23T13:00:00)", "Europe/Brussels", NOON),
    ],
)
def test_it_is_due_then_and_not_a_minute_later(
    expression: str, zone: str, at: datetime
) -> None:
    assert due(expression, at, zone)
    assert not due(expression, at + timedelta(seconds=61), zone)


@pytest.mark.parametrize(
    "expression",
    ["cron(0 12 ? * SUN *)", "cron(0 12 24 * ? *)", "cron(0 12 * * ? 2025)"],
)
def test_every_field_must_fit(expression: str) -> None:
    assert not due(expression, NOON)


@given(st.floats(min_value=0.1, max_value=600))
def test_however_often_the_clock_looks_a_minute_fires_once(
    step_seconds: float,
) -> None:
    moments = [NOON + timedelta(seconds=step_seconds * i) for i in range(40)]
    fired = sum(
        is_due("cron(3 12 * * ? *)", "UTC", after, until)
        for after, until in pairwise(moments)
    )
    assert fired == (moments[0] < NOON + timedelta(minutes=3) <= moments[-1])


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "every day",
        "cron(0 20)",
        "cron(0 20 L * ? *)",
        "rate(5 minutes)",
    ],
)
def test_what_is_not_understood_is_an_error(expression: str) -> None:
    with pytest.raises(ExpressionError, match="expected"):
        due(expression, NOON)
