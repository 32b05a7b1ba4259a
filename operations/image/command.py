"""Build the project's serving image and push it to an environment's repository.

``fraud image --env prod`` needs Docker, credentials, and the
environment's training stack, which owns the repository.
"""

import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import boto3

from cdk_app.naming import SERVING_IMAGE_PARAMETER, stack_name
from cdk_app.settings import SettingsError, load
from operations.account.errors import OperationError, explained
from operations.account.serving_repository import find_repository
from operations.account.session import environment_session
from operations.image.options import parser

ROOT = Path(__file__).parents[2]
TAG_CHARACTERS = 12
# Of serverless endpoints and of the instance types that the settings allow.
PLATFORM = "linux/amd64"


class Docker(Protocol):
    """Runs ``docker`` with arguments; raises ``OperationError`` where it fails."""

    def __call__(self, arguments: Sequence[str], *, stdin: str = "") -> None:
        """Run it; ``stdin`` is for what no argument may hold."""


def run_docker(arguments: Sequence[str], *, stdin: str = "") -> None:
    """Run Docker's command line in the project's directory.

    Raises
    ------
    OperationError
        If there is no Docker, or it fails.
    """
    # SageMaker takes no image index, which attestations would make of the image.
    environment = {**os.environ, "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
    try:
        subprocess.run(  # noqa: S603
            ["docker", *arguments],  # noqa: S607
            input=stdin,
            text=True,
            cwd=ROOT,
            env=environment,
            check=True,
        )
    except FileNotFoundError:
        raise OperationError(
            "docker: expected Docker's command line, found none; install Docker, or "
            "keep [container] image = 'sklearn', which needs none."
        ) from None
    except subprocess.CalledProcessError as error:
        raise OperationError(
            f"docker {arguments[0]}: ended with status {error.returncode}; what it "
            "printed says why."
        ) from None


def push(session: boto3.Session, repository: str, docker: Docker = run_docker) -> str:
    """Build and push the image; return its URI by digest.

    The tag is the beginning of the image's own hash: tags cannot be overwritten, and
    an image that is there already is not pushed again.
    """
    registry, _, name = repository.partition("/")
    ecr = session.client("ecr")
    with tempfile.TemporaryDirectory() as directory:
        hash_file = Path(directory) / "image"
        build = ["build", "--file", "serving/Dockerfile", "--platform", PLATFORM]
        docker([*build, "--iidfile", str(hash_file), "."])
        image = hash_file.read_text().strip()
    tag = image.removeprefix("sha256:")[:TAG_CHARACTERS]
    wanted = [{"imageTag": tag}]
    try:
        found = ecr.describe_images(repositoryName=name, imageIds=wanted)
    except ecr.exceptions.ImageNotFoundException:
        token = ecr.get_authorization_token()["authorizationData"][0]
        user, _, password = (
            base64.b64decode(token["authorizationToken"]).decode().partition(":")
        )
        login = ["login", "--username", user, "--password-stdin", registry]
        docker(login, stdin=password)
        docker(["tag", image, f"{repository}:{tag}"])
        docker(["push", f"{repository}:{tag}"])
        found = ecr.describe_images(repositoryName=name, imageIds=wanted)
    return f"{repository}@{found['imageDetails'][0]['imageDigest']}"


def main(arguments: Sequence[str] | None = None, docker: Docker = run_docker) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        session = environment_session(load(options.env))
        repository = find_repository(session, options.env)
        with explained():
            uri = push(session, repository, docker)
    except (OperationError, SettingsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    stack = stack_name(options.env, "serving")
    print(f"Pushed {uri}\nAdd to the command that deploys the endpoint:")
    print(f"  --parameters {stack}:{SERVING_IMAGE_PARAMETER}={uri}")
    return 0
