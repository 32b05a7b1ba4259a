"""The container images that local AWS can run, and the programs that stand for them.

AWS's scikit-learn image is known; images of one's own come with the option `--image`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from local_aws.containers import sklearn
from local_aws.containers.container import ServingLaunch, TrainingLaunch
from local_aws.containers.dockerfile import DockerfileImage
from local_aws.processes import Command

ECR = r"(?P<account>\d{12})\.dkr\.ecr\.[\w-]+\.amazonaws\.com(\.cn)?"
SKLEARN = re.compile(ECR + r"/sagemaker-scikit-learn:1\.[\w.-]+")
OWN = re.compile(
    ECR
    + r"/(?P<repository>[a-z0-9][\w./-]*)"
    + r"(@(?P<digest>sha256:[0-9a-f]{64})|:(?P<tag>[\w][\w.-]{0,127}))"
)


class UnsupportedImageError(Exception):
    """Local AWS has no program for an image."""


@dataclass(frozen=True)
class Image:
    """What stands for an image.

    Attributes
    ----------
    serve
        Returns the command that answers on the launch's port.
    train
        Returns the command of a training job that names no entry point of its own.
    """

    serve: Callable[[ServingLaunch], Command]
    train: Callable[[TrainingLaunch], Command]


def find(uri: str, account: str, own: Sequence[DockerfileImage]) -> Image:
    """Return what stands for an image's URI.

    Parameters
    ----------
    account
        Whose repositories the images of one's own are in.
    own
        Those images, the first that matches first.

    Raises
    ------
    UnsupportedImageError
        If nothing does.
    """
    if SKLEARN.fullmatch(uri):
        return Image(sklearn.serve, sklearn.train)
    match = OWN.fullmatch(uri)
    if match and match["account"] == account:
        for image in own:
            if fnmatchcase(match["repository"], image.repository):
                return Image(image.serve, image.train)
    known = [f"{account}.dkr.ecr.….amazonaws.com/{image.repository}" for image in own]
    raise UnsupportedImageError(
        f"Local AWS cannot run the image {uri}: it has no Docker, only programs that "
        "stand for known images: AWS's prebuilt scikit-learn image "
        "(sagemaker-scikit-learn:1.…)"
        + "".join(f", {name} by tag or digest" for name in known)
        + "; the option --image REPOSITORY=DIRECTORY adds one of this account."
    )


def check_pushed(uri: str, ecr: Any) -> None:  # noqa: ANN401
    """Check that an image of one's own is in its repository.

    Parameters
    ----------
    ecr
        boto3 client of the account's registry.

    Raises
    ------
    UnsupportedImageError
        If it is not.
    """
    match = OWN.fullmatch(uri)
    if not match or SKLEARN.fullmatch(uri):
        return
    digest, tag = match["digest"], match["tag"]
    wanted = {"imageDigest": digest} if digest else {"imageTag": tag}
    try:
        found = ecr.batch_get_image(
            repositoryName=match["repository"], imageIds=[wanted]
        )["images"]
    except ecr.exceptions.RepositoryNotFoundException:
        found = []
    if not found:
        raise UnsupportedImageError(
            f"There is no image {uri}: its repository has none of this "
            f"{'digest' if digest else 'tag'}; push it first."
        )
