from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from cdk_app.settings.fields import DailyTime, DailyTimeSetting

SETTING: TypeAdapter[DailyTime] = TypeAdapter(DailyTimeSetting)


def test_a_time_and_a_zone() -> None:
    time = SETTING.validate_python("20:05 Europe/Brussels")
    assert time == DailyTime(20, 5, "Europe/Brussels")
    assert str(time) == "20:05 Europe/Brussels"


@pytest.mark.parametrize(
    "text",
    [
        "20:00",
        "8pm Europe/Brussels",
        "24:00 Europe/Brussels",
        "20:60 Europe/Brussels",
        "20:00 Europe/Atlantis",
        "20:00 ../../etc/passwd",
        "20:00  Europe/Brussels",
        "",
    ],
)
def test_anything_else_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(ValidationError, match=r"expected a(n)? .*such as '"):
        SETTING.validate_python(text)


@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(["UTC", "Asia/Tokyo"]))
def test_every_minute_of_the_day_survives_as_text(
    hour: int, minute: int, zone: str
) -> None:
    assert ZoneInfo(zone)
    time = DailyTime(hour, minute, zone)
    assert SETTING.validate_python(str(time)) == time
