"""Whether the data's files can be shared out among several instances."""

from collections.abc import Sequence
from pathlib import Path

import boto3

from operations.account.errors import OperationError, explained
from training.data.tables import find_files, is_data_file

#: The instance with the most bytes may have so many times the mean: all wait for it.
MOST_SKEW = 2.0


def check_shards(session: boto3.Session, data: str, instances: int) -> None:
    """Refuse data that leave an instance with nothing, or one with too much to do.

    SageMaker gives each instance whole files (``ShardedByS3Key``).

    Raises
    ------
    OperationError
        Naming the files there are, and how to have others.
    """
    sizes = _of_objects(session, data) if data.startswith("s3://") else _of_files(data)
    if len(sizes) < instances:
        raise OperationError(
            f"--instances {instances}: expected at least {instances} files to share "
            f"out, got {len(sizes)}; write the data in more parts (of 100 MB and more "
            "each), or take fewer instances."
        )
    # In the order of the keys, one after the other: as good a guess as any.
    loads = [sum(sizes[first::instances]) for first in range(instances)]
    skew = max(loads) * instances / max(sum(loads), 1)
    if skew > MOST_SKEW:
        raise OperationError(
            f"--instances {instances}: the largest share of the {len(sizes)} files is "
            f"{skew:.1f} times the mean, expected at most {MOST_SKEW:g}; write the "
            "data in parts of equal size, or take fewer instances."
        )


def _of_files(data: str) -> Sequence[int]:
    return [file.stat().st_size for file in find_files(Path(data))]


def _of_objects(session: boto3.Session, uri: str) -> Sequence[int]:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    with explained():
        pages = (
            session.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=bucket, Prefix=prefix)
        )
        return [
            item["Size"]
            for page in pages
            for item in page.get("Contents", [])
            if is_data_file(Path(item["Key"].removeprefix(prefix).lstrip("/")))
        ]
