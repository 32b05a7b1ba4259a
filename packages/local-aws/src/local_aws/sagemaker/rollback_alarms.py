"""The alarms that roll an endpoint's update back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.sagemaker.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class RollbackAlarms:
    """CloudWatch alarms of an account and region, by name."""

    account: str
    region: str
    names: tuple[str, ...]

    def check(self) -> None:
        """Refuse alarms that do not exist: they would never roll anything back."""
        for name in self.names:
            if name not in self._existing:
                message = f"Could not find the CloudWatch alarm {name!r}."
                raise ValidationError(message)

    def tripped(self) -> str | None:
        """Return which alarm is in ALARM, with its reason, or None."""
        for name in self.names:
            alarm = self._existing.get(name)
            if alarm is not None and alarm.state_value == "ALARM":
                reason = f" ({alarm.state_reason})" if alarm.state_reason else ""
                return f"{name}{reason}"
        return None

    @property
    def _existing(self) -> Mapping[str, Any]:
        alarms: Mapping[str, Any] = cloudwatch_backends[self.account][
            self.region
        ].alarms
        return alarms
