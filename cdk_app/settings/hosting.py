"""How the endpoint is hosted: serverless or on instances."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from cdk_app.settings.deployment_guardrails import (
    BlueGreenSettings,
    RollbackSettings,
)
from cdk_app.settings.fields import Section, is_burstable, is_nvme, vcpus
from cdk_app.settings.instance_types import InstanceType

Seconds = Annotated[int, Field(ge=60, le=3600)]
_ONLY_ON_INSTANCES = (
    "autoscaling",
    "deployment",
    "instance_count",
    "instance_type",
    "model_download_timeout_seconds",
    "network_isolation",
    "rollback",
    "startup_timeout_seconds",
    "volume_size_gb",
)


class ServerlessHosting(Section):
    """Pay per request; nothing while idle; the first request after a pause waits."""

    kind: Literal["serverless"]
    memory_size_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144]
    max_concurrency: Annotated[int, Field(ge=1, le=200)]
    provisioned_concurrency: Annotated[int, Field(ge=1, le=200)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _nothing_of_instances(cls, values: Any) -> Any:  # noqa: ANN401
        for name in _ONLY_ON_INSTANCES:
            if isinstance(values, dict) and name in values:
                raise ValueError(
                    f"{name}: expected only with kind 'instances', got it with "
                    "'serverless', which has no such thing; remove it or host on "
                    "instances"
                )
        return values

    @model_validator(mode="after")
    def _provisioned_within_maximum(self) -> Self:
        provisioned = self.provisioned_concurrency
        if provisioned is not None and provisioned > self.max_concurrency:
            raise ValueError(
                f"provisioned_concurrency: expected at most max_concurrency "
                f"({self.max_concurrency}), got {provisioned}; lower it or raise "
                "max_concurrency"
            )
        return self


class AutoscalingSettings(Section):
    """Target tracking on the invocations of each instance."""

    minimum_instances: Annotated[int, Field(ge=1, le=100)]
    maximum_instances: Annotated[int, Field(ge=1, le=100)]
    invocations_per_instance_per_minute: Annotated[int, Field(ge=1)]
    scale_out_cooldown_seconds: Annotated[int, Field(ge=0, le=3600)]
    scale_in_cooldown_seconds: Annotated[int, Field(ge=0, le=3600)]

    @model_validator(mode="after")
    def _minimum_below_maximum(self) -> Self:
        if self.minimum_instances > self.maximum_instances:
            raise ValueError(
                f"maximum_instances: expected at least minimum_instances "
                f"({self.minimum_instances}), got {self.maximum_instances}; raise it"
            )
        return self


class InstanceHosting(Section):
    """Instances that are paid for as long as the endpoint exists."""

    kind: Literal["instances"]
    instance_type: InstanceType
    instance_count: Annotated[int, Field(ge=1, le=100)]
    """With autoscaling, only the count that the endpoint starts with."""
    volume_size_gb: Annotated[int, Field(ge=1, le=512)] | None = None
    network_isolation: bool = True
    startup_timeout_seconds: Seconds
    model_download_timeout_seconds: Seconds
    autoscaling: AutoscalingSettings | None = None
    deployment: BlueGreenSettings
    rollback: RollbackSettings

    @property
    def vcpus_per_instance(self) -> int:
        """Virtual CPUs; CloudWatch counts a busy instance as 100 % for each."""
        return vcpus(self.instance_type)

    @property
    def fewest_instances(self) -> int:
        """How many there are when nothing is asked."""
        if self.autoscaling:
            return self.autoscaling.minimum_instances
        return self.instance_count

    @model_validator(mode="after")
    def _possible(self) -> Self:
        self._check_volume()
        self._check_autoscaling()
        if self.deployment.strategy == "canary" and self.fewest_instances < 2:  # noqa: PLR2004
            raise ValueError(
                "deployment.strategy: expected 'all-at-once' for a single instance, "
                "got 'canary', which shifts part of a fleet; use 'all-at-once' or at "
                "least 2 instances"
            )
        return self

    def _check_volume(self) -> None:
        if self.volume_size_gb is not None and is_nvme(self.instance_type):
            raise ValueError(
                f"volume_size_gb: expected none for {self.instance_type}, which brings "
                f"its own disk, got {self.volume_size_gb}; remove it"
            )

    def _check_autoscaling(self) -> None:
        if self.autoscaling is None:
            return
        if is_burstable(self.instance_type):
            raise ValueError(
                f"autoscaling: expected none for {self.instance_type}, because "
                "burstable types cannot scale, got a table; remove it or choose a type "
                "such as 'ml.m5.large'"
            )
        low = self.autoscaling.minimum_instances
        high = self.autoscaling.maximum_instances
        if not low <= self.instance_count <= high:
            raise ValueError(
                f"instance_count: expected {low} to {high}, as autoscaling says, got "
                f"{self.instance_count}; start with a count between them"
            )


HostingSettings = Annotated[
    ServerlessHosting | InstanceHosting, Field(discriminator="kind")
]
