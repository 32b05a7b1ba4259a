"""Buckets, with every version in them, and image repositories."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from cdk_app.prices.units import BYTES_PER_GB
from operations.account.errors import OperationError, error_code
from operations.leftovers.account import Account
from operations.leftovers.ownership import as_mapping
from operations.leftovers.resources import Kind, Resource

#: Access logs may still be delivered while a bucket is emptied.
ATTEMPTS = 3


def _buckets(account: Account) -> Iterator[Resource]:
    for entry in account.pages("s3", "list_buckets", "Buckets"):
        name = entry["Name"]
        arn = f"arn:{account.partition}:s3:::{name}"
        yield Resource("bucket", name, arn, account.tags(arn))


def _pages_of_versions(account: Account, bucket: str) -> Iterator[list[Any]]:
    """Yield versions and delete markers, at most 1,000 at a time."""
    paginator = account.client("s3").get_paginator("list_object_versions")
    for page in paginator.paginate(Bucket=bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if versions:
            yield versions


def _measure_bucket(account: Account, resource: Resource) -> Resource:
    size_bytes = count = 0
    for page in _pages_of_versions(account, resource.name):
        size_bytes += sum(version.get("Size", 0) for version in page)
        count += len(page)
    return replace(
        resource,
        monthly_usd=account.monthly_usd("s3.storage", size_bytes / BYTES_PER_GB),
        detail=f"{size_bytes:,} bytes in {count:,} versions",
    )


def _delete_bucket(account: Account, resource: Resource) -> str:
    s3 = account.client("s3")
    for attempt in range(1, ATTEMPTS + 1):
        _empty(account, resource.name)
        try:
            s3.delete_bucket(Bucket=resource.name)
        except ClientError as error:
            if error_code(error) != "BucketNotEmpty" or attempt == ATTEMPTS:
                raise
        else:
            break
    return "emptied and deleted"


def _empty(account: Account, bucket: str) -> None:
    """Delete every version, from the beginning again after each thousand.

    A page's token names a key that may be gone when the next page is asked for.
    """
    s3 = account.client("s3")
    while page := next(_pages_of_versions(account, bucket), None):
        keys = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in page]
        answer = s3.delete_objects(
            Bucket=bucket, Delete={"Objects": keys, "Quiet": True}
        )
        for refused in answer.get("Errors", []):
            raise OperationError(
                f"{refused['Key']} in {bucket} cannot be deleted "
                f"({refused.get('Code')}): {refused.get('Message')}"
            )
    for upload in account.pages(
        "s3", "list_multipart_uploads", "Uploads", Bucket=bucket
    ):
        s3.abort_multipart_upload(
            Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]
        )


BUCKETS = Kind("bucket", _buckets, _delete_bucket, _measure_bucket)


def _repositories(account: Account) -> Iterator[Resource]:
    ecr = account.client("ecr")
    for entry in account.pages("ecr", "describe_repositories", "repositories"):
        arn = entry["repositoryArn"]
        tags = account.tags(arn) or as_mapping(
            ecr.list_tags_for_resource(resourceArn=arn)["tags"]
        )
        yield Resource("image repository", entry["repositoryName"], arn, tags)


def _measure_repository(account: Account, resource: Resource) -> Resource:
    sizes = [
        image.get("imageSizeInBytes", 0)
        for image in account.pages(
            "ecr", "describe_images", "imageDetails", repositoryName=resource.name
        )
    ]
    return replace(
        resource,
        monthly_usd=account.monthly_usd("ecr.storage", sum(sizes) / BYTES_PER_GB),
        detail=f"{len(sizes)} images, {sum(sizes):,} bytes",
    )


def _delete_repository(account: Account, resource: Resource) -> str:
    account.client("ecr").delete_repository(repositoryName=resource.name, force=True)
    return "deleted with its images"


REPOSITORIES = Kind(
    "image repository", _repositories, _delete_repository, _measure_repository
)
