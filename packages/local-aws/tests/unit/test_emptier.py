"""Emptying a bucket, however much is in it."""

from typing import Any

import pytest
from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.s3 import empty_bucket

PAGE = 1_000


class Bucket:
    """Lists a page at a time from its start, as S3 does; may refuse one key."""

    def __init__(self, count: int, refused: str | None = None) -> None:
        self.versions = {
            (f"key-{number % 100}", str(number)) for number in range(count)
        }
        self.refused = refused

    def list_object_versions(self, **asked: Any) -> dict[str, Any]:
        page = sorted(self.versions)[: asked["MaxKeys"]]
        half = len(page) // 2
        return {
            "Versions": [{"Key": k, "VersionId": v} for k, v in page[:half]],
            "DeleteMarkers": [{"Key": k, "VersionId": v} for k, v in page[half:]],
        }

    def delete_objects(self, **asked: Any) -> dict[str, Any]:
        given = {(one["Key"], one["VersionId"]) for one in asked["Delete"]["Objects"]}
        assert len(given) <= PAGE
        kept = {one for one in given if one[0] == self.refused}
        self.versions -= given - kept
        return {
            "Errors": [
                {"Key": key, "VersionId": version, "Message": "Access Denied"}
                for key, version in kept
            ]
        }


@pytest.mark.parametrize("count", [0, 1, PAGE, PAGE + 1, 2_500])
def test_nothing_is_left(count: int) -> None:
    bucket = Bucket(count)
    empty_bucket(bucket, "b")
    assert bucket.versions == set()


def test_what_cannot_be_deleted_is_named_so_that_a_second_destroy_tries_again() -> None:
    with pytest.raises(ResourceError, match="key-7 cannot be deleted: Access Denied"):
        empty_bucket(Bucket(2_500, refused="key-7"), "b")
