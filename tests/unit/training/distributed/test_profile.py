"""What a host counts of a column."""

import math

import pyarrow as pa
import pytest

from training.distributed.profile import MOST_COUNTED, ColumnProfile


@pytest.mark.parametrize("gaps", [[], [None], [None, math.nan]])
@pytest.mark.parametrize("more", [0, 1, 2, 500])
def test_values_are_counted_up_to_the_limit_and_gaps_are_none(
    gaps: list[float | None], more: int
) -> None:
    numbers = pa.array([*gaps, *map(float, range(MOST_COUNTED + more))])
    profile = ColumnProfile()
    profile.add(pa.chunked_array([numbers]), is_named=False)
    if more:
        assert profile.counts is None
    else:
        assert profile.counts is not None
        assert len(profile.counts) == MOST_COUNTED


def test_a_whole_number_is_one_value_whatever_its_type() -> None:
    profile = ColumnProfile()
    for values in ([150, 150], [150.0], ["150", " 150 "]):
        profile.add(pa.chunked_array([pa.array(values)]), is_named=False)
    assert profile.counts == {"150": 5}


def test_a_batch_of_gaps_hides_no_extreme() -> None:
    profile = ColumnProfile()
    for values in ([2**60 + 1], [math.nan], [-0.5], [None], [3]):
        data = pa.chunked_array([pa.array(values)])
        profile.add(data if data.null_count == 0 else data.cast("f8"), is_named=False)
    outstanding = {name: one.to_pylist() for name, one in profile.outstanding.items()}
    assert outstanding == {"min": [-0.5], "max": [2**60 + 1], "broken": [-0.5]}
