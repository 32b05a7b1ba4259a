"""Buckets, with every version and delete marker in them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from cdk_app.prices.units import BYTES_PER_GB
from operations.leftovers.account import Account
from operations.leftovers.found import Found
from operations.leftovers.kinds.kind import Kind
from operations.leftovers.scope import as_mapping

ATTEMPTS = 3
"""Access logs may still be delivered while a bucket is emptied."""


def _buckets(account: Account) -> Iterator[Found]:
    for entry in account.pages("s3", "list_buckets", "Buckets"):
        name = entry["Name"]
        yield Found("bucket", name, f"arn:aws:s3:::{name}", _tags(account, name))


def _tags(account: Account, bucket: str) -> dict[str, str]:
    try:
        answer = account.client("s3").get_bucket_tagging(Bucket=bucket)
    except ClientError as error:
        # Without tags; gone meanwhile; or somebody else's, closed to us.
        if error.response["Error"]["Code"] in {
            "NoSuchTagSet",
            "NoSuchBucket",
            "AccessDenied",
        }:
            return {}
        raise
    return as_mapping(answer["TagSet"])


def _pages_of_versions(account: Account, bucket: str) -> Iterator[list[Any]]:
    """Yield versions and delete markers, at most 1,000 at a time."""
    paginator = account.client("s3").get_paginator("list_object_versions")
    for page in paginator.paginate(Bucket=bucket):
        yield [*page.get("Versions", []), *page.get("DeleteMarkers", [])]


def _measure(account: Account, found: Found) -> Found:
    size_bytes = count = 0
    for page in _pages_of_versions(account, found.name):
        size_bytes += sum(version.get("Size", 0) for version in page)
        count += len(page)
    return replace(
        found,
        monthly_usd=account.monthly_usd("s3.storage", size_bytes / BYTES_PER_GB),
        detail=f"{size_bytes:,} bytes in {count:,} versions",
    )


def _delete(account: Account, found: Found) -> str:
    s3 = account.client("s3")
    for attempt in range(1, ATTEMPTS + 1):
        _empty(account, found.name)
        try:
            s3.delete_bucket(Bucket=found.name)
        except ClientError as error:
            if (
                error.response["Error"]["Code"] != "BucketNotEmpty"
                or attempt == ATTEMPTS
            ):
                raise
        else:
            break
    return "emptied and deleted"


def _empty(account: Account, bucket: str) -> None:
    s3 = account.client("s3")
    for page in _pages_of_versions(account, bucket):
        keys = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in page]
        if keys:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
    for upload in account.pages(
        "s3", "list_multipart_uploads", "Uploads", Bucket=bucket
    ):
        s3.abort_multipart_upload(
            Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]
        )


BUCKETS = Kind("bucket", _buckets, _delete, _measure)
