"""Objects between S3 and containers' directories."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from local_aws import archives

BLOCK_BYTES = 1 << 20


class S3Error(Exception):
    """An object or archive cannot be used; the message says which and why."""


@dataclass(frozen=True)
class S3Uri:
    """Bucket and key (or key prefix) of an `s3://` URI."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Return the parts of a URI.

        Raises
        ------
        S3Error
            If it is not of the form `s3://bucket/key`.
        """
        parts = urlsplit(uri)
        if parts.scheme != "s3" or not parts.netloc:
            raise S3Error(
                f"expected an S3 URI of the form s3://bucket/key, got {uri!r}"
            )
        return cls(parts.netloc, parts.path.lstrip("/"))

    def __truediv__(self, name: str) -> "S3Uri":
        prefix = self.key.rstrip("/")
        return S3Uri(self.bucket, f"{prefix}/{name}" if prefix else name)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def keys(client: Any, prefix: S3Uri) -> Iterator[str]:  # noqa: ANN401
    """Yield the keys that begin with a prefix, folder markers left out."""
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=prefix.bucket, Prefix=prefix.key
    )
    for page in pages:
        for item in page.get("Contents", []):
            if not item["Key"].endswith("/"):
                yield item["Key"]


def relative_name(key: str, prefix: str) -> str:
    """Return the path of an object below the directory that its prefix becomes.

    A prefix that names the object or ends inside a name keeps the names from its last
    `/` on; a prefix that is a folder keeps what is below it.

    >>> relative_name("data/a/x.csv", "data")
    'a/x.csv'
    >>> relative_name("data/train.csv", "data/train.csv")
    'train.csv'
    >>> relative_name("data/train-1.csv", "data/train")
    'train-1.csv'
    """
    if prefix and not prefix.endswith("/") and not key.startswith(prefix + "/"):
        prefix = prefix[: prefix.rfind("/") + 1]
    return key[len(prefix) :].lstrip("/")


def download_prefix(
    client: Any,  # noqa: ANN401
    prefix: S3Uri,
    directory: Path,
    share: slice = slice(None),
) -> int:
    """Download the objects under a prefix; return how many there were.

    Parameters
    ----------
    share
        Which of the keys, in the order of S3's listing.

    Raises
    ------
    S3Error
        If a key would leave the directory, or is the folder of another.
    """
    count = 0
    for key in list(keys(client, prefix))[share]:
        name = PurePosixPath(relative_name(key, prefix.key))
        if ".." in name.parts or not name.parts:
            raise S3Error(f"the key {key!r} would leave the channel's directory")
        path = directory / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            download(client, S3Uri(prefix.bucket, key), path)
        except OSError as error:
            raise S3Error(
                f"the key {key!r} cannot be a file beside the other keys: one is both "
                f"an object and the folder of others ({error.strerror})"
            ) from error
        count += 1
    return count


def download_archive(client: Any, uri: S3Uri, directory: Path) -> None:  # noqa: ANN401
    """Unpack a tar.gz object into a directory.

    Raises
    ------
    S3Error
        If there is no such object, or it cannot be unpacked.
    """
    archive = directory.with_name(directory.name + ".download")
    try:
        download(client, uri, archive)
    except ClientError as error:
        raise S3Error(
            f'Failed to download model data from URL: "{uri}". Please ensure that '
            "there is an object located at the URL."
        ) from error
    try:
        archives.unpack(archive, directory)
    except archives.ArchiveError as error:
        raise S3Error(
            f'Failed to extract model data from URL: "{uri}". Please ensure that the '
            f"object located at the URL is a valid tar.gz archive ({error})."
        ) from error
    finally:
        archive.unlink(missing_ok=True)


def upload_archive(client: Any, directory: Path, uri: S3Uri) -> None:  # noqa: ANN401
    """Pack the contents of a directory as a tar.gz object."""
    archive = directory.with_name(directory.name + ".upload")
    archives.pack(directory, archive)
    try:
        client.upload_file(str(archive), uri.bucket, uri.key)
    finally:
        archive.unlink()


def download(client: Any, uri: S3Uri, path: Path) -> None:  # noqa: ANN401
    """Write an object to a file, in one request.

    boto3's own way makes two and a pool of threads, for each of the hundreds of files
    of a job's code.
    """
    body = client.get_object(Bucket=uri.bucket, Key=uri.key)["Body"]
    with path.open("wb") as file:
        shutil.copyfileobj(body, file, BLOCK_BYTES)
