"""What a container is started with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from local_aws.container import ContainerDirectory


class LaunchError(Exception):
    """A container's settings do not say what to run."""


@dataclass(frozen=True)
class ServingLaunch:
    """A serving container: its files, complete environment, and port to listen on.

    Attributes
    ----------
    fetch_archive
        Unpacks the tar.gz object at an S3 URI into a directory.
    """

    container: ContainerDirectory
    environment: Mapping[str, str]
    port: int
    fetch_archive: Callable[[str, Path], None]


@dataclass(frozen=True)
class TrainingLaunch:
    """A training container: its files, complete environment, and job's settings."""

    container: ContainerDirectory
    environment: Mapping[str, str]
    hyperparameters: Mapping[str, str]
    fetch_archive: Callable[[str, Path], None]
