"""One frozen, validated settings object per environment. Imports no CDK."""

from cdk_app.settings.daily_time import DailyTime
from cdk_app.settings.deployment import Deployment, RollbackAlarms
from cdk_app.settings.errors import SettingsError, explain
from cdk_app.settings.hosting import (
    Autoscaling,
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
    LogSettings,
    NetworkSettings,
    StorageSettings,
    TrainingSettings,
)

__all__ = [
    "ENVIRONMENTS_DIRECTORY",
    "AlarmSettings",
    "Autoscaling",
    "ContainerSettings",
    "CostSettings",
    "DailyTime",
    "DataCaptureSettings",
    "Deployment",
    "HostingSettings",
    "InstanceHosting",
    "LogSettings",
    "NetworkSettings",
    "RollbackAlarms",
    "ServerlessHosting",
    "Settings",
    "SettingsError",
    "StorageSettings",
    "TrainingSettings",
    "environment_names",
    "explain",
    "load",
]
