"""Field types that several sections of the settings share."""

import re
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from cdk_app.settings.instance_types import instance_family


class Section(BaseModel):
    """A table of the settings file: frozen, strict types, no unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )


# Families with disks of their own, whose names do not end in "d" or "dn".
_NVME_FAMILIES = frozenset({"d3", "d3en", "g5", "g6", "g6e", "gr6", "p5", "p5e"}) | {
    *("p5en", "p6", "i3", "i3en", "i4i", "i7i", "i7ie", "trn1", "trn1n", "trn2"),
}


def is_nvme(instance_type: str) -> bool:
    """Whether the type has local disks, which take neither a size nor a key.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
    """
    family = instance_family(instance_type)
    has_disks = re.search(r"\d[a-z]*d[a-z]*$", family) is not None
    return has_disks or family in _NVME_FAMILIES


def is_burstable(instance_type: str) -> bool:
    """Whether the type is of the T family, which cannot scale."""
    return instance_family(instance_type).startswith("t") and not (
        instance_family(instance_type).startswith("trn")
    )


def vcpus(instance_type: str) -> int:
    """Return the virtual CPUs of an instance type, as its size tells.

    >>> vcpus("ml.m5.large"), vcpus("ml.m5.xlarge"), vcpus("ml.m5.12xlarge")
    (2, 4, 48)
    """
    size = instance_type.rpartition(".")[2]
    multiple = re.fullmatch(r"(\d*)xlarge", size)
    return 4 * int(multiple[1] or 1) if multiple else 2


LOG_RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731)


def _retention_days(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        raise ValueError(
            f"expected a retention that CloudWatch Logs knows "
            f"({', '.join(map(str, LOG_RETENTION_DAYS))} days), got {days}; "
            "choose the next longer one"
        )
    return days


RetentionDays = Annotated[int, AfterValidator(_retention_days)]
Days = Annotated[int, Field(ge=1, le=3650)]


@dataclass(frozen=True)
class DailyTime:
    """A time of day in a zone, summer time included: ``20:00 Europe/Brussels``."""

    hour: int
    minute: int
    time_zone: str

    def __str__(self) -> str:
        return f"{self.hour:02}:{self.minute:02} {self.time_zone}"


def _daily_time(value: object) -> DailyTime:
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


DailyTimeSetting = Annotated[DailyTime, BeforeValidator(_daily_time)]
