"""Build the image with this machine's Docker and push it."""

import base64
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Protocol

import boto3

from cdk_app.image_build import BUILD_ARGUMENTS
from operations.account.errors import OperationError
from operations.image.sources import ROOT

#: Before it, `docker build` knows no attestations to leave out.
_OLDEST_VERSION = 23


class Docker(Protocol):
    """Runs ``docker`` with arguments; raises ``OperationError`` where it fails."""

    def __call__(
        self,
        arguments: Sequence[str],
        *,
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run it and return what it printed.

        ``stdin`` is for what no argument may hold, ``environment`` for variables
        beside this process's own.
        """


def run_docker(
    arguments: Sequence[str],
    *,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run Docker's command line in the project's directory.

    Raises
    ------
    OperationError
        If there is no Docker, or it fails.
    """
    shown = arguments[0] in {"build", "push"}
    try:
        done = subprocess.run(  # noqa: S603
            ["docker", *arguments],  # noqa: S607
            input=stdin,
            text=True,
            cwd=ROOT,
            # The legacy builder takes no notice of Dockerfile.dockerignore.
            env={**os.environ, "DOCKER_BUILDKIT": "1", **(environment or {})},
            stdout=None if shown else subprocess.PIPE,
            stderr=None if shown else subprocess.PIPE,
            check=True,
        )
    except FileNotFoundError:
        raise OperationError(
            "docker: expected Docker's command line, found none; build in the "
            "account, without --local."
        ) from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr or "").strip().rpartition("\n")[2] or "it says why above"
        raise OperationError(
            f"docker {arguments[0]}: ended with status {error.returncode}: {said}"
        ) from None
    return done.stdout or ""


def check_docker(docker: Docker) -> None:
    """Check that there is a Docker that can build the image.

    Raises
    ------
    OperationError
        If there is none, or it is too old.
    """
    version = docker(["version", "--format", "{{.Server.Version}}"]).strip()
    major = version.partition(".")[0]
    if not major.isdigit() or int(major) < _OLDEST_VERSION:
        raise OperationError(
            f"docker: expected version {_OLDEST_VERSION} or newer, got "
            f"{version or 'no answer'}; update it, or build in the account, without "
            "--local."
        )


def build(docker: Docker, reference: str, options: Sequence[str] = ()) -> str:
    """Build the image under a name; return its id.

    The id is the engine's own: what `--iidfile` writes is another digest where
    containerd stores the images.
    """
    docker([*BUILD_ARGUMENTS, *options, "--tag", reference, "."])
    return docker(["image", "inspect", "--format", "{{.Id}}", reference]).strip()


def push(session: boto3.Session, docker: Docker, reference: str) -> None:
    """Push an image to ECR; the password is nowhere when it is done."""
    (token,) = session.client("ecr").get_authorization_token()["authorizationData"]
    user, _, password = (
        base64.b64decode(token["authorizationToken"]).decode().partition(":")
    )
    # The name of the engine comes from the directory that is replaced here.
    host = docker(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"])
    with tempfile.TemporaryDirectory() as directory:
        environment = {"DOCKER_CONFIG": directory, "DOCKER_HOST": host.strip()}
        registry = reference.partition("/")[0]
        docker(
            ["login", "--username", user, "--password-stdin", registry],
            stdin=password,
            environment=environment,
        )
        docker(["push", reference], environment=environment)
