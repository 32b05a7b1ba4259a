"""Where the project's serving images are, and the newest of them. Imports no CDK."""

import boto3
from botocore.exceptions import ClientError

from cdk_app.naming import SERVING_REPOSITORY_OUTPUT, stack_name


class RepositoryError(Exception):
    """There is no repository or no image; the message is one sentence."""


def find_repository(session: boto3.Session, environment: str) -> str:
    """Return the URI of the repository that the training stack owns.

    Raises
    ------
    RepositoryError
        If there is no such stack, or it has no repository.
    """
    stack = stack_name(environment, "training")
    try:
        described = session.client("cloudformation").describe_stacks(StackName=stack)
    except ClientError as error:
        if error.response["Error"].get("Code") != "ValidationError":
            raise
        described = {"Stacks": []}  # type: ignore[typeddict-item]
    for found in described["Stacks"]:
        for output in found.get("Outputs", []):
            if output["OutputKey"] == SERVING_REPOSITORY_OUTPUT:
                return output["OutputValue"]
    raise RepositoryError(
        f"{stack}: expected its output {SERVING_REPOSITORY_OUTPUT}, found none; set "
        f"[container] image = 'project' in {environment}.toml and deploy it with: npx "
        f"cdk deploy -c env={environment} {stack}"
    )


def newest_image(session: boto3.Session, environment: str) -> str:
    """Return the URI by digest of the image that was pushed last.

    Raises
    ------
    RepositoryError
        If there is no repository, or no image in it.
    """
    repository = find_repository(session, environment)
    name = repository.partition("/")[2]
    pages = session.client("ecr").get_paginator("describe_images")
    images = [
        image
        for page in pages.paginate(repositoryName=name)
        for image in page["imageDetails"]
    ]
    if not images:
        raise RepositoryError(
            f"{name}: expected an image, found none; push one with: make image "
            f"ENV={environment}"
        )
    newest = max(images, key=lambda image: image["imagePushedAt"])
    return f"{repository}@{newest['imageDigest']}"
