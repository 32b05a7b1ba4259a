"""Where the project's serving images are, and the newest of them. Imports no CDK."""

import boto3

from cdk_app.naming import SERVING_REPOSITORY_OUTPUT
from operations.account.errors import OperationError, explained
from operations.account.stacks import deploy_command, read_stack


def find_repository(session: boto3.Session, environment: str) -> str:
    """Return the URI of the repository that the training stack owns.

    Raises
    ------
    OperationError
        If there is no such stack, or it has no repository.
    """
    stack = read_stack(session, environment, "training")
    return stack.output(
        SERVING_REPOSITORY_OUTPUT,
        f"set [container] image = 'project' in {environment}.toml and deploy it with: "
        f"{deploy_command(environment, 'training')}",
    )


def newest_image(session: boto3.Session, environment: str) -> str:
    """Return the URI by digest of the image that was pushed last.

    Raises
    ------
    OperationError
        If there is no repository, or no image in it.
    """
    repository = find_repository(session, environment)
    name = repository.partition("/")[2]
    with explained():
        pages = session.client("ecr").get_paginator("describe_images")
        images = [
            image
            for page in pages.paginate(repositoryName=name)
            for image in page["imageDetails"]
        ]
    if not images:
        raise OperationError(
            f"{name}: expected an image, found none; push one with: fraud image "
            f"--env {environment}"
        )
    newest = max(images, key=lambda image: image["imagePushedAt"])
    return f"{repository}@{newest['imageDigest']}"
