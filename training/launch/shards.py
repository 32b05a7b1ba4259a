"""Whether the data's files can be shared out among several instances."""

from collections.abc import Sequence
from pathlib import Path

import boto3

from operations.account.errors import OperationError, explained
from training.data.data_files import find_files, is_data_file

#: The instance with the most bytes may have so many times the mean: all wait for it.
MOST_SKEW = 2.0


def check_shards(session: boto3.Session, data: str, instances: int) -> None:
    """Refuse data that leave an instance with nothing, or one with too much to do.

    SageMaker gives each instance whole objects, in the order of their keys, whatever
    they hold (``ShardedByS3Key``): what lies beside the data takes a place as well.

    Raises
    ------
    OperationError
        Naming the files there are, and how to have others.
    """
    sizes = _of_objects(session, data) if data.startswith("s3://") else _of_files(data)
    files = sum(size > 0 for size in sizes)
    if files < instances:
        raise OperationError(
            f"--instances {instances}: expected at least {instances} files to share "
            f"out, got {files}; write the data in more parts (of 100 MB and more "
            "each), or take fewer instances."
        )
    loads = [sum(sizes[first::instances]) for first in range(instances)]
    if not min(loads):
        raise OperationError(
            f"--instances {instances}: shared out in the order of their names, the "
            f"{len(sizes)} objects ({files} of them data) leave an instance without "
            "data; remove what is no data from there, or take another number of "
            "instances."
        )
    skew = max(loads) * instances / sum(loads)
    if skew > MOST_SKEW:
        raise OperationError(
            f"--instances {instances}: the largest share of the {files} files is "
            f"{skew:.1f} times the mean, expected at most {MOST_SKEW:g}; write the "
            "data in parts of equal size, or take fewer instances."
        )


def _of_files(data: str) -> Sequence[int]:
    return [file.stat().st_size for file in find_files(Path(data))]


def _of_objects(session: boto3.Session, uri: str) -> Sequence[int]:
    """Return the bytes of data in each object, in the order of the keys."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    with explained():
        pages = (
            session.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=bucket, Prefix=prefix)
        )
        return [
            item["Size"]
            if is_data_file(Path(item["Key"].removeprefix(prefix).lstrip("/")))
            else 0
            for page in pages
            for item in page.get("Contents", [])
            if not item["Key"].endswith("/")  # a console's mark of a folder
        ]
