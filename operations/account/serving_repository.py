"""Where the project's serving images are, and the newest of them. Imports no CDK."""

import json
from typing import TYPE_CHECKING

import boto3

from cdk_app.naming import SERVING_REPOSITORY_OUTPUT
from operations.account.absent import absent
from operations.account.errors import OperationError, explained
from operations.account.stacks import deploy_command, read_stack

if TYPE_CHECKING:
    from mypy_boto3_ecr.type_defs import ImageIdentifierTypeDef

#: Docker's image manifest, schema 2. Of the others SageMaker says "Unsupported manifest
#: media type": https://github.com/aws/amazon-sagemaker-feedback/issues/180
_TAKEN_BY_SAGEMAKER = "application/vnd.docker.distribution.manifest.v2+json"
_REFUSED_BY_SAGEMAKER = (
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
)


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


def find_image(session: boto3.Session, repository: str, tag: str) -> str | None:
    """Return the URI by digest of a tagged image; None if there is none.

    Raises
    ------
    OperationError
        If SageMaker does not take the image.
    """
    return _by_digest(session, repository, {"imageTag": tag})


def newest_image(session: boto3.Session, environment: str) -> str:
    """Return the URI by digest of the image that was pushed last.

    Raises
    ------
    OperationError
        If there is no repository, no image in it, or one that SageMaker does not take.
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
    newest = max(images, key=lambda image: image["imagePushedAt"], default=None)
    uri = None
    if newest:
        digest = newest["imageDigest"]
        uri = _by_digest(session, repository, {"imageDigest": digest})
    if not uri:
        raise absent(
            session,
            f"image in the repository {name}",
            f"have one built with: fraud image --env {environment}",
        )
    return uri


def _by_digest(
    session: boto3.Session, repository: str, wanted: "ImageIdentifierTypeDef"
) -> str | None:
    with explained():
        found = session.client("ecr").batch_get_image(
            repositoryName=repository.partition("/")[2],
            imageIds=[wanted],
            acceptedMediaTypes=[_TAKEN_BY_SAGEMAKER, *_REFUSED_BY_SAGEMAKER],
        )["images"]
    if not found:
        return None
    image = found[0]
    media_type = image.get("imageManifestMediaType") or json.loads(
        image["imageManifest"]
    ).get("mediaType", "no media type")
    uri = f"{repository}@{image['imageId']['imageDigest']}"
    if media_type != _TAKEN_BY_SAGEMAKER:
        raise OperationError(
            f"{uri}: expected a manifest of type {_TAKEN_BY_SAGEMAKER}, which "
            f"SageMaker takes, got {media_type}; delete the image and build it with "
            "fraud image."
        )
    return uri
