"""One frozen, validated settings object per environment. Imports no CDK."""

from cdk_app.settings.errors import SettingsError, explain
from cdk_app.settings.loading import ENVIRONMENTS_DIRECTORY, environment_names, load
from cdk_app.settings.model import (
    ContainerSettings,
    CostSettings,
    HostingSettings,
    InstanceHosting,
    LogSettings,
    ServerlessHosting,
    Settings,
    StorageSettings,
    TrainingSettings,
)

__all__ = [
    "ENVIRONMENTS_DIRECTORY",
    "ContainerSettings",
    "CostSettings",
    "HostingSettings",
    "InstanceHosting",
    "LogSettings",
    "ServerlessHosting",
    "Settings",
    "SettingsError",
    "StorageSettings",
    "TrainingSettings",
    "environment_names",
    "explain",
    "load",
]
