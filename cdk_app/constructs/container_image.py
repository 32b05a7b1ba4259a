"""What a container is pulled from."""

from typing import Protocol


class ContainerImage(Protocol):
    """An image of ECR, AWS's or the project's."""

    uri: str
    repository_arn: str
