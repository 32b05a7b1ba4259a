"""``fraud image``: the environment's repository holds the image of these sources.

Nothing is built that is there already: an image's tag is the hash of its sources.
"""

import sys
from collections.abc import Sequence

import boto3

from artifact.printable import printable
from cdk_app.naming import (
    ARTIFACT_BUCKET_OUTPUT,
    SERVING_IMAGE_PARAMETER,
    image_build_project_name,
    stack_name,
)
from cdk_app.settings import SettingsError, load
from operations.account.errors import OperationError, explained
from operations.account.serving_repository import find_image, find_repository
from operations.account.session import environment_session
from operations.account.stacks import read_stack
from operations.image import docker as local
from operations.image.codebuild import build_in_account
from operations.image.options import parser
from operations.image.sources import Sources, read_sources


def main(
    arguments: Sequence[str] | None = None, docker: local.Docker = local.run_docker
) -> int:
    """Run the command; returns its exit status."""
    options = parser().parse_args(arguments)
    try:
        settings = load(options.env)
        if settings.container.image != "project":
            print(f"{options.env} serves from AWS's image: there is nothing to build.")
            return 0
        session = environment_session(settings)
        with explained():
            uri = _image(session, options.env, docker if options.local else None)
    except (OperationError, SettingsError) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return 1
    stack = stack_name(options.env, "serving")
    print(f"Image {uri}")
    print("Add to the command that deploys the endpoint, before its '&&':")
    print(f"  --parameters {stack}:{SERVING_IMAGE_PARAMETER}={uri}")
    return 0


def _image(
    session: boto3.Session, environment: str, docker: local.Docker | None
) -> str:
    """Return the URI by digest of the sources' image, built if it is not there."""
    sources = read_sources()
    repository = find_repository(session, environment)
    if docker:
        local.check_docker(docker)
    if uri := find_image(session, repository, sources.tag):
        return uri
    if docker:
        reference = f"{repository}:{sources.tag}"
        local.build(docker, reference)
        local.push(session, docker, reference)
    else:
        _build_in_account(session, environment, sources)
    if uri := find_image(session, repository, sources.tag):
        return uri
    raise OperationError(
        f"{repository}: expected the image {sources.tag} after its build, found none; "
        "the build's log says what it pushed."
    )


def _build_in_account(
    session: boto3.Session, environment: str, sources: Sources
) -> None:
    storage = read_stack(session, environment, "storage")
    for line in build_in_account(
        session,
        sources,
        bucket=storage.output(ARTIFACT_BUCKET_OUTPUT),
        project=image_build_project_name(environment),
    ):
        print(printable(line), flush=True)
