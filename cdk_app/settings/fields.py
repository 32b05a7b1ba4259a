"""Field types that several sections of the settings share."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

INSTANCE_TYPE = re.compile(r"ml\.(?P<family>[a-z]+\d+[a-z]*)\.(?P<size>[a-z0-9-]+)")


class Section(BaseModel):
    """A table of the settings file: frozen, strict types, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def instance_family(instance_type: str) -> str:
    """Return ``m5`` for ``ml.m5.large``."""
    match = INSTANCE_TYPE.fullmatch(instance_type)
    if match is None:
        raise ValueError(
            f"expected a SageMaker instance type such as 'ml.m5.large', "
            f"got {instance_type!r}; see the SageMaker pricing page for the list"
        )
    return match["family"]


def _x86_instance_type(instance_type: str) -> str:
    family = instance_family(instance_type)
    if re.fullmatch(r"[a-z]+\d+g[a-z]*", family):
        raise ValueError(
            f"expected an x86 instance type, got {instance_type!r}, which has an Arm "
            "(Graviton) processor that the scikit-learn 1.9-0 image does not run on; "
            "choose the Intel or AMD type of the same size, such as 'ml.m5.large'"
        )
    return instance_type


InstanceType = Annotated[str, AfterValidator(_x86_instance_type)]
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
