"""A time of day in a time zone, such as ``20:00 Europe/Brussels``."""

import re
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator


@dataclass(frozen=True)
class DailyTime:
    """Every day at this hour and minute of the zone, summer time included."""

    hour: int
    minute: int
    time_zone: str

    def __str__(self) -> str:
        return f"{self.hour:02}:{self.minute:02} {self.time_zone}"


def _parse(value: object) -> DailyTime:
    if isinstance(value, DailyTime):
        return value
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d) ([A-Za-z0-9_+/-]+)", str(value))
    if match is None:
        raise ValueError(
            "expected a time and an IANA time zone such as '20:00 Europe/Brussels', "
            f"got {value!r}; write it so"
        )
    try:
        ZoneInfo(match[3])
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError(
            f"expected an IANA time zone such as 'Europe/Brussels', got {match[3]!r}; "
            "see the column 'TZ identifier' of the tz database"
        ) from None
    return DailyTime(int(match[1]), int(match[2]), match[3])


DailyTimeSetting = Annotated[DailyTime, BeforeValidator(_parse)]
