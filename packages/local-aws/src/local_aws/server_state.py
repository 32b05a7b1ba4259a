"""The running server's address, processes and clients, which every service shares."""

import functools
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3

from local_aws.containers.dockerfile import DockerfileImage
from local_aws.processes import Processes

log = logging.getLogger("local_aws")


@dataclass(frozen=True)
class Clients:
    """boto3 clients of this very server, for what AWS services do to each other."""

    url: str
    region: str

    @functools.cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106
            region_name=self.region,
        )

    @functools.cached_property
    def _made(self) -> dict[str, Any]:
        return {}

    def client(self, service: str) -> Any:  # noqa: ANN401
        """Return the client of a service, made at its first use."""
        if service not in self._made:
            self._made[service] = self._session.client(
                service,  # type: ignore[call-overload]
                endpoint_url=self.url,
            )
        return self._made[service]


@dataclass
class ServerState:
    """The server's address, processes and temporary directory.

    Attributes
    ----------
    time_scale
        What the waits of an endpoint's update are multiplied with.
    images
        What stands for the account's own container images.
    """

    url: str
    directory: Path
    processes: Processes
    startup_timeout_seconds: float
    time_scale: float
    images: Sequence[DockerfileImage] = ()
    _clients: dict[str, Clients] = field(default_factory=dict)

    def clients(self, region: str) -> Clients:
        """Return clients of this server in a region."""
        return self._clients.setdefault(region, Clients(self.url, region))


_current: ServerState | None = None


def activate(state: ServerState) -> None:
    """Make a state the one that the services of this process use."""
    global _current  # noqa: PLW0603
    _current = state


def current() -> ServerState:
    """Return the running server's state.

    moto makes its backends itself, with a region and an account and nothing else, so
    they fetch here what they share.
    """
    if _current is None:
        raise RuntimeError("no local AWS server runs in this process")
    return _current
