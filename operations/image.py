"""Build the project's serving image and push it to an environment's repository.

``fraud image --env prod`` needs Docker, credentials, and the
environment's training stack, which owns the repository.
"""

import argparse
import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cdk_app.naming import stack_name
from operations.account.serving_repository import RepositoryError, find_repository
from operations.account.session import aws_session

ROOT = Path(__file__).parents[1]
TAG_CHARACTERS = 12
# Of serverless endpoints and of the instance types that the settings allow.
PLATFORM = "linux/amd64"


class PushError(Exception):
    """The image cannot be built or pushed; the message is one sentence."""


class Docker(Protocol):
    """Runs ``docker`` with arguments; raises ``PushError`` where it fails."""

    def __call__(self, arguments: Sequence[str], *, stdin: str = "") -> None:
        """Run it; ``stdin`` is for what no argument may hold."""


def run_docker(arguments: Sequence[str], *, stdin: str = "") -> None:
    """Run Docker's command line in the project's directory.

    Raises
    ------
    PushError
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
        raise PushError(
            "docker: expected Docker's command line, found none; install Docker, or "
            "keep [container] image = 'sklearn', which needs none."
        ) from None
    except subprocess.CalledProcessError as error:
        raise PushError(
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
    options = _parser().parse_args(arguments)
    try:
        session = aws_session()
        repository = find_repository(session, options.env)
        uri = push(session, repository, docker)
    except (PushError, RepositoryError, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    stack = stack_name(options.env, "serving")
    print(f"Pushed {uri}\nAdd to the command that deploys the endpoint:")
    print(f"  --parameters {stack}:ServingImageUri={uri}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fraud image",
        description="Build the serving image and push it to the repository of an "
        "environment's training stack.",
    )
    parser.add_argument("--env", default="dev", help="environment (default: dev)")
    return parser
