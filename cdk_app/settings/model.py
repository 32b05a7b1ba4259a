"""The settings of one environment, section by section."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cdk_app.settings.fields import Days, InstanceType, RetentionDays, Section
from cdk_app.settings.hosting import (
    HostingSettings,
    InstanceHosting,
    ServerlessHosting,
)

__all__ = [
    "ContainerSettings",
    "CostSettings",
    "HostingSettings",
    "InstanceHosting",
    "LogSettings",
    "ServerlessHosting",
    "Settings",
    "StorageSettings",
    "TrainingSettings",
]

RESERVED_TAGS = ("Project", "Environment")


def _tag_key(key: str) -> str:
    if key in RESERVED_TAGS or key.lower().startswith("aws:"):
        raise ValueError(
            f"expected a tag of your own, got {key!r}, which the application "
            "or AWS sets; remove it or choose another name"
        )
    return key


TagValue = Annotated[str, Field(pattern=r"^[A-Za-z0-9 _.:/=+@-]{1,256}$")]
TagKey = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9 _.:/=+@-]{1,128}$"), AfterValidator(_tag_key)
]


class AwsSettings(Section):
    """Account and region; left out, they come from the deployer's credentials."""

    account: Annotated[str, Field(pattern=r"^\d{12}$")] | None = None
    region: Annotated[str, Field(pattern=r"^[a-z]{2,4}(-[a-z]+)+-\d$")] | None = None


class StorageSettings(Section):
    """The data and artifact buckets."""

    retain: bool
    """Buckets outlive the stack, which is protected from termination."""
    noncurrent_versions_expire_after_days: Days
    artifacts_expire_after_days: Days | None = None


class TrainingSettings(Section):
    """The training job that ``training.launch`` starts."""

    instance_type: InstanceType
    volume_size_gb: Annotated[int, Field(ge=1, le=16384)]
    max_runtime_seconds: Annotated[int, Field(ge=60, le=432_000)]


class ContainerSettings(Section):
    """How AWS's scikit-learn image runs the serving code of the artifact."""

    interface: Literal["wsgi", "hooks"]
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class IamSettings(Section):
    """What the organization asks of every role."""

    permissions_boundary_arn: (
        Annotated[str, Field(pattern=r"^arn:[a-z-]+:iam::\d{12}:policy/[\w+=,.@/-]+$")]
        | None
    ) = None


class LogSettings(Section):
    """Log groups that the stacks own."""

    retention_days: RetentionDays


class CostSettings(Section):
    """What a month may cost."""

    monthly_cost_ceiling_usd: Annotated[float, Field(gt=0)]
    """Passed by the estimate, it stops the review; passed by the bill, it alerts."""


class Settings(Section):
    """Everything that differs between environments."""

    environment: str
    aws: AwsSettings = AwsSettings()
    storage: StorageSettings
    training: TrainingSettings
    hosting: HostingSettings
    container: ContainerSettings
    logs: LogSettings
    cost: CostSettings
    iam: IamSettings = IamSettings()
    tags: dict[TagKey, TagValue] = Field(default_factory=dict)
