"""Where a container's model is in S3, and how it gets into the container.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelDataSource.html
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_aws import s3


def url_of(container: Mapping[str, Any]) -> str | None:
    """Return the URI of a container's model, an archive or a prefix of objects."""
    uri = container.get("ModelDataUrl") or _source(container).get("S3Uri")
    return str(uri) if uri else None


def exists(client: Any, url: str) -> bool:  # noqa: ANN401
    """Return whether there is an object at a URI, or any below it.

    Raises
    ------
    S3Error
        If it is no URI of S3.
    """
    try:
        return any(True for _ in s3.keys(client, s3.S3Uri.parse(url)))
    except ClientError:
        return False


def download(client: Any, container: Mapping[str, Any], directory: Path) -> None:  # noqa: ANN401
    """Put a container's model into a directory.

    Raises
    ------
    S3Error
        If there is none, or its archive cannot be unpacked.
    """
    url = url_of(container)
    if url is None:
        return
    uri = s3.S3Uri.parse(url)
    if _source(container).get("CompressionType") == "None":
        if not s3.download_prefix(client, uri, directory):
            raise s3.S3Error(f"No S3 objects found under S3 URL {url!r}.")
    else:
        s3.download_archive(client, uri, directory)


def _source(container: Mapping[str, Any]) -> Mapping[str, Any]:
    source: Mapping[str, Any] = container.get("ModelDataSource") or {}
    found: Mapping[str, Any] = source.get("S3DataSource") or {}
    return found
