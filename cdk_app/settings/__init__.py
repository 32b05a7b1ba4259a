"""One frozen, validated settings object per environment. Imports no CDK."""

from cdk_app.settings.deployment_guardrails import (
    BlueGreenSettings,
    RollbackSettings,
)
from cdk_app.settings.explanations import SettingsError, explain
from cdk_app.settings.fields import DailyTime
from cdk_app.settings.hosting import (
    AutoscalingSettings,
    HostingSettings,
    InstanceHosting,
    ServerlessHosting,
)
from cdk_app.settings.loading import ENVIRONMENTS_DIRECTORY, environment_names, load
from cdk_app.settings.model import Settings
from cdk_app.settings.sections import (
    AlarmSettings,
    ContainerSettings,
    CostSettings,
    DataCaptureSettings,
    HistorySettings,
    LogSettings,
    NetworkSettings,
    StorageSettings,
    TrainingSettings,
)

__all__ = [
    "ENVIRONMENTS_DIRECTORY",
    "AlarmSettings",
    "AutoscalingSettings",
    "BlueGreenSettings",
    "ContainerSettings",
    "CostSettings",
    "DailyTime",
    "DataCaptureSettings",
    "HistorySettings",
    "HostingSettings",
    "InstanceHosting",
    "LogSettings",
    "NetworkSettings",
    "RollbackSettings",
    "ServerlessHosting",
    "Settings",
    "SettingsError",
    "StorageSettings",
    "TrainingSettings",
    "environment_names",
    "explain",
    "load",
]
