import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.dataset import Dataset
from training.errors import TrainingError
from training.split import split_stratified


def dataset(rows: int, frauds: int) -> Dataset:
    labels = np.zeros(rows, dtype=np.int8)
    labels[:frauds] = 1
    features = np.arange(rows, dtype=float).reshape(-1, 1)
    return Dataset(features, labels, None, ("V1",), "Class", "")


@given(st.integers(100, 1000), st.integers(10, 50), st.integers(0, 2**32 - 1))
def test_every_row_is_on_exactly_one_side(rows: int, frauds: int, seed: int) -> None:
    split = split_stratified(dataset(rows, frauds), test_size=0.2, random_state=seed)
    both = np.concatenate([split.train.features, split.test.features])[:, 0]
    np.testing.assert_array_equal(np.sort(both), np.arange(rows))
    assert abs(split.test.frauds - 0.2 * frauds) <= 1


def test_the_seed_decides_the_split() -> None:
    data = dataset(200, 20)
    first, again = (
        split_stratified(data, test_size=0.2, random_state=42) for _ in range(2)
    )
    other = split_stratified(data, test_size=0.2, random_state=43)
    np.testing.assert_array_equal(first.test.features, again.test.features)
    assert not np.array_equal(first.test.features, other.test.features)


@pytest.mark.parametrize(("rows", "frauds"), [(100, 1), (100, 2), (3, 1), (100, 99)])
def test_too_few_of_a_class_for_two_sides_are_refused(rows: int, frauds: int) -> None:
    with pytest.raises(TrainingError, match=f"has {frauds} frauds in {rows} rows"):
        split_stratified(dataset(rows, frauds), test_size=0.2, random_state=42)
