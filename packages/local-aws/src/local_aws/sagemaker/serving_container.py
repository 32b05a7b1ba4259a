"""One serving container: its process, files and log, until its first healthy ping."""

import http.client
import re
import shutil
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws import s3, server_state
from local_aws.containers import images
from local_aws.containers.container import (
    ContainerDirectory,
    LaunchError,
    ServingLaunch,
)
from local_aws.logs import LogStream
from local_aws.processes import Command, ContainerProcess
from local_aws.sagemaker import model_data

# https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
PING_TIMEOUT_SECONDS = 2.0
STOP_GRACE_SECONDS = 30.0
PING_INTERVAL_SECONDS = 0.05
OK = 200
GUNICORN_LINE = re.compile(r"\[[\d: +-]+\] \[\d+\] \[\w+\]")
EXCEPTION_LINE = re.compile(r"[\w.]+(Error|Exception|Exit|Interrupt)\b")


class FleetError(Exception):
    """A variant did not come up; the message is the endpoint's failure reason."""


@dataclass(frozen=True)
class Variant:
    """A production variant: its settings and the container of its model."""

    settings: Mapping[str, Any]
    container: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the variant."""
        return str(self.settings["VariantName"])

    @property
    def startup_timeout_seconds(self) -> float:
        """Longest wait for the first healthy /ping."""
        limit = server_state.current().startup_timeout_seconds
        own = self.settings.get("ContainerStartupHealthCheckTimeoutInSeconds", limit)
        return min(limit, float(own))


@dataclass
class VariantServer:
    """One running container, and its files and log."""

    name: str
    weight: float
    port: int
    directory: ContainerDirectory
    process: ContainerProcess
    log: LogStream

    def is_healthy(self) -> bool:
        """Return whether /ping answers 200."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=PING_TIMEOUT_SECONDS
        )
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status == OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def last_error(self) -> str:
        """Return the line of the container's log that says what went wrong."""
        lines = [
            line.strip()
            for line in self.process.tail
            if line.strip() and not GUNICORN_LINE.match(line)
        ]
        for line in reversed(lines):
            if EXCEPTION_LINE.match(line):
                return line
        return lines[-1] if lines else ""

    def stop(self) -> None:
        """End the process and remove its files."""
        self.process.stop(STOP_GRACE_SECONDS)
        server_state.current().processes.ended(self.process)
        self.log.close()
        shutil.rmtree(self.directory.root, ignore_errors=True)


def start_server(
    name: str, log_group: str, account: str, region: str, variant: Variant
) -> VariantServer:
    """Start a variant's container; it may take a while to answer.

    Raises
    ------
    FleetError
        If it cannot be started; nothing of it is left.
    """
    shared = server_state.current()
    directory = ContainerDirectory.create(shared.directory, name)
    try:
        port = _free_port()
        command = _command(directory, port, account, region, variant)
    except (s3.S3Error, images.UnsupportedImageError, LaunchError) as error:
        shutil.rmtree(directory.root, ignore_errors=True)
        raise FleetError(str(error)) from error
    log = LogStream(
        account,
        region,
        log_group,
        f"{variant.name}/{directory.root.name}",
    )
    process = shared.processes.start(command, log.write)
    weight = float(variant.settings.get("InitialVariantWeight", 1.0))
    return VariantServer(variant.name, weight, port, directory, process, log)


def _command(
    directory: ContainerDirectory,
    port: int,
    account: str,
    region: str,
    variant: Variant,
) -> Command:
    shared = server_state.current()
    client = shared.clients(region).client("s3")

    def fetch_archive(uri: str, path: Path) -> None:
        s3.download_archive(client, s3.S3Uri.parse(uri), path)

    uri = str(variant.container.get("Image", ""))
    image = images.find(uri, account, shared.images)
    images.check_pushed(uri, shared.clients(region).client("ecr"))
    model_data.download(client, variant.container, directory.ml / "model")
    environment = directory.environment(
        shared.url,
        region,
        {
            "SM_MODEL_DIR": "/opt/ml/model",
            **(variant.container.get("Environment") or {}),
        },
    )
    return image.serve(ServingLaunch(directory, environment, port, fetch_archive))


def wait_until_healthy(server: VariantServer, variant: Variant) -> None:
    """Wait for the first healthy /ping.

    Raises
    ------
    FleetError
        If the process ends before it, or the time limit passes.
    """
    timeout_seconds = variant.startup_timeout_seconds
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        if server.is_healthy():
            return
        if (code := server.process.wait(PING_INTERVAL_SECONDS)) is not None:
            raise FleetError(_reason(server, f"it ended with exit code {code}"))
    limit = f"no HTTP 200 within {timeout_seconds:g} seconds"
    raise FleetError(_reason(server, limit))


def _reason(server: VariantServer, what: str) -> str:
    error = server.last_error()
    last = f" Its log ends with: {error}" if error else ""
    return (
        f"The primary container for production variant {server.name} did not pass the "
        f"ping health check: {what}.{last} Please check CloudWatch logs for this "
        f"endpoint."
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
