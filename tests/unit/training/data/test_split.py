import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.training.samples import make_dataset, random_dataset
from training.data.dataset import Dataset
from training.data.folds import make_folds
from training.data.split import duplicates_across, split
from training.errors import TrainingError
from training.options import PROTOCOLS, Protocol, SplitOptions


def numbered(rows: int, frauds: int) -> Dataset:
    labels = [1] * frauds + [0] * (rows - frauds)
    return make_dataset(np.arange(rows, dtype=float).reshape(-1, 1), labels)


@settings(deadline=None)
@given(
    st.integers(100, 1000),
    st.integers(10, 50),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["stratified", "grouped"]),
)
def test_every_row_is_on_exactly_one_side(
    rows: int, frauds: int, seed: int, protocol: Protocol
) -> None:
    parts = split(numbered(rows, frauds), SplitOptions(protocol, 0.2, seed))
    both = np.concatenate([parts.train.features, parts.test.features])[:, 0]
    np.testing.assert_array_equal(np.sort(both), np.arange(rows))
    assert abs(parts.test.frauds - 0.2 * frauds) <= 1


def test_the_seed_decides_the_split() -> None:
    data = numbered(200, 20)
    first, again = (split(data, SplitOptions(random_state=42)) for _ in range(2))
    other = split(data, SplitOptions(random_state=43))
    np.testing.assert_array_equal(first.test.features, again.test.features)
    assert not np.array_equal(first.test.features, other.test.features)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(("rows", "frauds"), [(100, 1), (3, 1), (100, 99)])
def test_too_few_of_a_class_for_two_sides_are_refused(
    rows: int, frauds: int, protocol: Protocol
) -> None:
    with pytest.raises(TrainingError, match=f"has {frauds} frauds in {rows} rows"):
        split(numbered(rows, frauds), SplitOptions(protocol))


class TestByTime:
    def test_all_of_the_test_part_is_later(self) -> None:
        data = random_dataset()
        shuffled = data.take(np.random.default_rng(1).permutation(data.rows))
        parts = split(shuffled, SplitOptions("time"))
        assert parts.train.times is not None
        assert parts.test.times is not None
        assert parts.train.times.max() <= parts.test.times.min()
        assert (parts.train.rows, parts.test.rows) == (320, 80)

    def test_labels_that_would_not_be_known_yet_are_not_learnt_from(self) -> None:
        parts = split(random_dataset(), SplitOptions("time", label_delay_hours=6))
        assert parts.train.times is not None
        assert parts.test.times is not None
        assert parts.train.times.max() < parts.test.times.min() - 6 * 3600
        assert parts.train.rows < 320

    def test_data_without_a_time_are_refused(self) -> None:
        data = random_dataset()
        renamed = Dataset(
            data.features, data.labels, None, ("T", "A", "V1", "V2"), data.columns, ""
        )
        with pytest.raises(TrainingError, match="--time-column"):
            split(renamed, SplitOptions("time"))


class TestGrouped:
    def test_equal_rows_stay_on_one_side(self) -> None:
        data = random_dataset()
        doubled = data.take(np.repeat(np.arange(data.rows), 2))
        assert duplicates_across(split(doubled, SplitOptions())) > 0
        parts = split(doubled, SplitOptions("grouped"))
        assert duplicates_across(parts) == 0
        assert parts.train.rows + parts.test.rows == doubled.rows

    def test_rows_that_differ_in_one_bit_are_not_equal(self) -> None:
        features = np.array([[0.1], [np.nextafter(0.1, 1)], [0.0], [-0.0]])
        hashes = make_dataset(features, [0, 1, 0, 1]).row_hashes
        assert hashes[0] != hashes[1]
        assert hashes[2] == hashes[3]

    def test_hashes_depend_on_the_place_of_a_value(self) -> None:
        features = np.array([[1.0, 2.0], [2.0, 1.0]])
        hashes = make_dataset(features, [0, 1]).row_hashes
        assert hashes[0] != hashes[1]


class TestFolds:
    @pytest.mark.parametrize("protocol", PROTOCOLS)
    def test_no_row_is_predicted_by_a_model_that_saw_it(
        self, protocol: Protocol
    ) -> None:
        folds = make_folds(random_dataset(), protocol, 42)
        predicted = np.concatenate([fold[1] for fold in folds])
        assert len(np.unique(predicted)) == len(predicted)
        for fit_rows, predict_rows in folds:
            assert not np.isin(fit_rows, predict_rows).any()

    def test_in_time_each_fold_is_predicted_from_its_past(self) -> None:
        for fit_rows, predict_rows in make_folds(random_dataset(), "time", 42):
            assert fit_rows.max() < predict_rows.min()

    def test_in_time_labels_not_known_yet_are_not_learnt_from(self) -> None:
        data = random_dataset()
        assert data.times is not None
        at_once = make_folds(data, "time", 42)
        folds = make_folds(data, "time", 42, label_delay_hours=6)
        for (fit_rows, predict_rows), (all_rows, same_rows) in zip(
            folds, at_once, strict=True
        ):
            np.testing.assert_array_equal(predict_rows, same_rows)
            known = data.times[all_rows] < data.times[predict_rows].min() - 6 * 3600
            np.testing.assert_array_equal(fit_rows, all_rows[known])
            assert 0 < len(fit_rows) < len(all_rows)

    def test_equal_rows_share_a_fold(self) -> None:
        data = random_dataset()
        doubled = data.take(np.repeat(np.arange(data.rows), 2))
        for fit_rows, predict_rows in make_folds(doubled, "grouped", 42):
            hashes = doubled.row_hashes
            assert not np.isin(hashes[predict_rows], hashes[fit_rows]).any()

    def test_a_single_fraud_is_too_few(self) -> None:
        with pytest.raises(TrainingError, match="1 frauds, too few for out-of-fold"):
            make_folds(random_dataset(frauds=1), "stratified", 42)

    @pytest.mark.parametrize("label", [0, 1])
    def test_in_time_both_classes_must_be_among_what_is_predicted(
        self, label: int
    ) -> None:
        # The first 40 % are only fitted on; all later rows are of one class.
        labels = [0, 1] * 40 + [label] * 120
        train = make_dataset(np.arange(200.0).reshape(-1, 1), labels)
        with pytest.raises(TrainingError, match="or at the wrong times for out-of-fol"):
            make_folds(train, "time", 42)
