"""The container images that local AWS can run, and the programs that stand for them.

One entry an image: a pattern of its URI, how it serves, how it trains. To add an image,
add an entry to `IMAGES`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_aws.containers import project, sklearn

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_aws.containers.launch import ServingLaunch, TrainingLaunch
    from local_aws.processes import Command


@dataclass(frozen=True)
class Image:
    """What stands for an image.

    Attributes
    ----------
    uri
        Pattern that matches the image's whole URI.
    serve
        Returns the command that answers on the launch's port.
    train
        Returns the command of a training job that names no entry point of its own.
    """

    name: str
    uri: re.Pattern[str]
    serve: Callable[[ServingLaunch], Command]
    train: Callable[[TrainingLaunch], Command]


IMAGES = (
    Image(
        name="AWS's prebuilt scikit-learn image",
        uri=re.compile(
            r"\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com(\.cn)?"
            r"/sagemaker-scikit-learn:1\.[\w.-]+"
        ),
        serve=sklearn.serve,
        train=sklearn.train,
    ),
    Image(
        name="an image of this account, by its digest, which serving/Dockerfile builds",
        uri=re.compile(
            r"123456789012\.dkr\.ecr\.[\w-]+\.amazonaws\.com(\.cn)?"
            r"/[a-z0-9][\w./-]*@sha256:[0-9a-f]{64}"
        ),
        serve=project.serve,
        train=project.train,
    ),
)


class UnsupportedImageError(Exception):
    """Local AWS has no program for an image."""

    def __init__(self, uri: str) -> None:
        known = ", ".join(f"{image.name} ({image.uri.pattern})" for image in IMAGES)
        super().__init__(
            f"Local AWS cannot run the image {uri}: it has no Docker, only programs "
            f"that stand for known images: {known}."
        )


def find(uri: str) -> Image:
    """Return what stands for an image's URI.

    Raises
    ------
    UnsupportedImageError
        If nothing does.
    """
    for image in IMAGES:
        if image.uri.fullmatch(uri):
            return image
    raise UnsupportedImageError(uri)
