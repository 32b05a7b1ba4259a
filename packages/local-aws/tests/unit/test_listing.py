"""Lists are filtered, then sorted, then paged."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from local_aws.sagemaker.listing import LISTINGS, Listing
from moto.sagemaker.exceptions import ValidationError

START = datetime(2026, 1, 1)  # noqa: DTZ001  (as moto keeps times)
STATUSES = ["Completed", "Failed", "InProgress"]


def backend(count: int = 25) -> SimpleNamespace:
    return SimpleNamespace(
        jobs={
            f"job-{number:02}": {
                "JobName": f"job-{number:02}",
                # Made in another order than their names'.
                "CreationTime": START + timedelta(minutes=number * 7 % count),
                "LastModifiedTime": START + timedelta(minutes=number),
                "JobStatus": STATUSES[number % 3],
            }
            for number in range(count)
        }
    )


JOBS = Listing("jobs", "Jobs", "Job", dict)


def names(**asked: Any) -> list[str]:
    return [one["JobName"] for one in JOBS.page(backend(), asked.get)["Jobs"]]


def test_the_newest_comes_first_unless_asked_otherwise() -> None:
    newest = names(MaxResults=1)
    assert newest == names(SortOrder="Descending", SortBy="CreationTime", MaxResults=1)
    assert names(SortOrder="Ascending", MaxResults=100)[-1:] == newest


@pytest.mark.parametrize("by", ["Name", "CreationTime", "Status", "LastModifiedTime"])
def test_every_order_has_its_opposite(by: str) -> None:
    jobs = JOBS.page(backend(), {"SortBy": by, "MaxResults": 100}.get)["Jobs"]
    member = {"Name": "JobName", "Status": "JobStatus"}.get(by, by)
    values = [one[member] for one in jobs]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("size", [1, 7, 10, 24, 25, 100])
def test_pages_hold_each_once(size: int) -> None:
    found: list[str] = []
    token = None
    while True:
        page = JOBS.page(backend(), {"MaxResults": size, "NextToken": token}.get)
        found += [one["JobName"] for one in page["Jobs"]]
        token = page["NextToken"]
        if token is None:
            break
    assert sorted(found) == [f"job-{number:02}" for number in range(25)]


def test_a_page_is_ten_unless_asked_otherwise() -> None:
    assert len(names()) == 10


def test_what_does_not_fit_takes_no_place_on_a_page() -> None:
    assert names(NameContains="JOB-2", SortBy="Name", SortOrder="Ascending") == [
        f"job-2{number}" for number in range(5)
    ]
    assert len(names(StatusEquals="Failed", MaxResults=100)) == 8


def test_times_bound_on_both_sides() -> None:
    after = (START + timedelta(minutes=3)).replace(tzinfo=UTC)
    before = after + timedelta(minutes=4)
    found = names(
        LastModifiedTimeAfter=after.timestamp(),
        LastModifiedTimeBefore=before,
        SortBy="Name",
        SortOrder="Ascending",
    )
    assert found == ["job-04", "job-05", "job-06"]


@pytest.mark.parametrize(
    "asked",
    [
        {"SortBy": "Colour"},
        {"SortOrder": "Upwards"},
        {"MaxResults": 101},
        {"NextToken": "x"},
    ],
)
def test_what_there_is_not_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        names(**asked)


def test_training_jobs_are_listed_oldest_first_as_sagemaker_s_guide_says() -> None:
    assert LISTINGS["ListTrainingJobs"].default_order == "Ascending"
