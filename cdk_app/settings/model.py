"""The settings of one environment, and which of them go together."""

from typing import Self

from pydantic import Field, model_validator

from cdk_app.regions import REGIONS_WITHOUT_BUDGETS
from cdk_app.settings.fields import Section, is_nvme
from cdk_app.settings.hosting import HostingSettings, InstanceHosting
from cdk_app.settings.sections import (
    AlarmSettings,
    AwsSettings,
    ContainerSettings,
    CostSettings,
    DataCaptureSettings,
    EncryptionSettings,
    HistorySettings,
    IamSettings,
    LogSettings,
    NetworkSettings,
    ReviewSettings,
    StorageSettings,
    TagKey,
    TagValue,
    TrainingSettings,
)


class Settings(Section):
    """Everything that differs between environments."""

    environment: str
    aws: AwsSettings = AwsSettings()
    storage: StorageSettings
    encryption: EncryptionSettings
    training: TrainingSettings
    hosting: HostingSettings
    container: ContainerSettings
    data_capture: DataCaptureSettings | None = None
    network: NetworkSettings | None = None
    history: HistorySettings | None = None
    alarms: AlarmSettings
    logs: LogSettings
    cost: CostSettings
    review: ReviewSettings
    iam: IamSettings = IamSettings()
    tags: dict[TagKey, TagValue] = Field(default_factory=dict)

    @property
    def has_budget(self) -> bool:
        """Whether there is a budget: it is asked for, and the region has the type."""
        return self.cost.budget and self.aws.region not in REGIONS_WITHOUT_BUDGETS

    @model_validator(mode="after")
    def _tag_keys_differ_in_more_than_case(self) -> Self:
        seen: dict[str, str] = {}
        for key in self.tags:
            other = seen.setdefault(key.lower(), key)
            if other != key:
                raise ValueError(
                    f"tags: expected keys that differ in more than case, got {other!r} "
                    f"and {key!r}, for which IAM refuses every role; remove one"
                )
        return self

    @model_validator(mode="after")
    def _serverless_has_neither_network_nor_capture(self) -> Self:
        if isinstance(self.hosting, InstanceHosting):
            return self
        for name, section in (
            ("network", self.network),
            ("data_capture", self.data_capture),
        ):
            if section is not None:
                raise ValueError(
                    f"{name}: expected only with hosting.kind 'instances', got it with "
                    "'serverless', which does not support it; remove the table or "
                    "host on instances"
                )
        return self

    @model_validator(mode="after")
    def _local_disks_take_no_key(self) -> Self:
        if not self.encryption.customer_managed_key:
            return self
        types = {"training.instance_type": self.training.instance_type}
        if isinstance(self.hosting, InstanceHosting):
            types["hosting.instance_type"] = self.hosting.instance_type
        for name, instance_type in types.items():
            if is_nvme(instance_type):
                raise ValueError(
                    f"{name}: expected a type without local disks, because these take "
                    f"no customer-managed key, got {instance_type!r}; choose a type "
                    "such as 'ml.m5.large' or set encryption.customer_managed_key to "
                    "false"
                )
        return self
