"""How a new model takes over from the old one, and what sends it back."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cdk_app.settings.fields import Section

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_BlueGreenUpdatePolicy.html
LONGEST_WAIT_SECONDS = 3600
LARGEST_CANARY_PERCENT = 50

_ADD_PERCENT = "add it, such as: canary_percent = 10"


class BlueGreenSettings(Section):
    """Blue/green: the new fleet is up before the old one goes."""

    strategy: Literal["all-at-once", "canary"]
    canary_percent: Annotated[int, Field(ge=1, le=LARGEST_CANARY_PERCENT)] | None = None
    """Share of the new fleet's capacity that takes traffic first."""
    bake_seconds: Annotated[int, Field(ge=60, le=LONGEST_WAIT_SECONDS)]
    """How long the alarms are watched after each shift of traffic."""
    termination_wait_seconds: Annotated[int, Field(ge=0, le=LONGEST_WAIT_SECONDS)]
    """How long the old fleet stays after the last shift."""
    maximum_seconds: Annotated[int, Field(ge=600, le=28_800)]

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if (self.strategy == "canary") != (self.canary_percent is not None):
            raise ValueError(
                "canary_percent: expected with strategy 'canary' and only with it, "
                f"got {self.canary_percent} with {self.strategy!r}; "
                f"{'remove it' if self.canary_percent else _ADD_PERCENT}"
            )
        shifts = 2 if self.strategy == "canary" else 1
        waits = shifts * self.bake_seconds + self.termination_wait_seconds
        if waits >= self.maximum_seconds:
            raise ValueError(
                f"maximum_seconds: expected more than the waits, which add up to "
                f"{waits}, got {self.maximum_seconds}; raise it or shorten the waits"
            )
        return self


class RollbackSettings(Section):
    """What sends the endpoint back to the old model while the alarms are watched."""

    server_errors_per_minute: Annotated[int, Field(ge=1)]
    model_latency_p99_ms: Annotated[float, Field(gt=0)]
    invocations_per_minute: Annotated[int, Field(ge=1)] | None = None
    """Fewer means trouble; only for an endpoint with traffic at every hour."""
