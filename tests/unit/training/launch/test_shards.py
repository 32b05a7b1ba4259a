"""Data that cannot be shared out among instances start no job."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from operations.account.errors import OperationError
from training.launch.shards import check_shards


def session_with(sizes: dict[str, int]) -> Any:
    """A session whose bucket holds objects of these sizes, in this order."""
    client = boto3.client(
        "s3",
        region_name="eu-west-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    contents = [{"Key": f"in/{key}", "Size": size} for key, size in sizes.items()]
    stubber = Stubber(client)
    stubber.add_response("list_objects_v2", {"Contents": contents})
    stubber.activate()

    class Session:
        def client(self, _: str) -> Any:
            return client

    return Session()


def test_side_files_that_leave_an_instance_without_data_are_refused() -> None:
    # As Athena writes them: each second object is no data.
    sizes = {"a.csv": 10, "a.csv.metadata": 1, "b.csv": 10, "b.csv.metadata": 1}
    with pytest.raises(
        OperationError, match=r"4 objects .2 of them data. leave an ins"
    ):
        check_shards(session_with(sizes), "s3://bucket/in/", 2)


def test_side_files_count_no_bytes_but_take_a_place() -> None:
    sizes = {"_SUCCESS": 0, "a.csv": 10, "b.csv": 10, "c.csv.metadata": 900}
    check_shards(session_with(sizes), "s3://bucket/in/", 2)
    three = {"_SUCCESS": 0, "a.csv": 10, "b.csv": 10, "c.csv": 1, "d.csv": 90}
    with pytest.raises(OperationError, match=r"share of the 4 files is 2\.[0-9] times"):
        check_shards(session_with(three), "s3://bucket/in/", 3)


def test_too_few_files_are_counted_without_side_files() -> None:
    sizes = {"_SUCCESS": 0, "a.csv": 10, "b.csv.metadata": 10}
    with pytest.raises(OperationError, match="at least 2 files to share out, got 1"):
        check_shards(session_with(sizes), "s3://bucket/in/", 2)
