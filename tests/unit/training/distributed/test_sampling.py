"""What is judged on a sample is what is judged on all rows, within 1e-4."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import average_precision_score, roc_auc_score

from tests.unit.training.distributed.hosts_in_threads import on_hosts
from training.distributed.group import Group
from training.distributed.hashing import SAMPLE, mixed, shares
from training.distributed.hosts import ALONE
from training.distributed.sampling import Sample, sample_by_class, sample_by_score

ROWS = 400_000
MOST_ROWS = 100_000


def made(seed: int, shift: float, spread: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = (random.random(ROWS) < 0.002).astype(np.int8)
    scores = random.normal(-7 + shift * labels, 1 + spread * labels, ROWS)
    return scores, labels


def chances(rows: int) -> np.ndarray:
    return shares(mixed(np.arange(rows, dtype=np.uint64), 42, SAMPLE))


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 1000),
    shift=st.floats(0.5, 10.0),
    spread=st.floats(0.0, 3.0),
)
def test_figures_of_the_sample_are_those_of_all_rows(
    seed: int, shift: float, spread: float
) -> None:
    scores, labels = made(seed, shift, spread)
    sample = sample_by_score(
        Group(ALONE), [scores], labels, None, chances(ROWS), most_rows=MOST_ROWS
    )
    assert np.count_nonzero(sample.taken) < 1.1 * MOST_ROWS
    assert sample.weights is not None
    assert sample.weights.sum() == pytest.approx(ROWS)
    p, kept = expit(scores), sample.taken
    for figure in (average_precision_score, roc_auc_score):
        exact = figure(labels, p)
        found = figure(labels[kept], p[kept], sample_weight=sample.weights)
        assert found == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_of_more_frauds_than_there_is_room_for_comes_a_share(seed: int) -> None:
    random = np.random.default_rng(seed)
    labels = (random.random(ROWS) < 0.4).astype(np.int8)
    scores = random.normal(2.0 * labels - 1, 1.5, ROWS)
    sample = sample_by_score(
        Group(ALONE), [scores], labels, None, chances(ROWS), most_rows=MOST_ROWS
    )
    assert np.count_nonzero(sample.taken) < 1.1 * MOST_ROWS
    assert sample.weights is not None
    kept = sample.taken
    assert sample.weights[labels[kept] == 1].sum() == pytest.approx(labels.sum())
    for figure in (average_precision_score, roc_auc_score):
        exact = figure(labels, scores)
        found = figure(labels[kept], scores[kept], sample_weight=sample.weights)
        assert found == pytest.approx(exact, abs=1e-4)


def test_few_rows_come_whole() -> None:
    scores, labels = made(0, 3.0, 1.0)
    sample = sample_by_score(
        Group(ALONE), [scores], labels, None, chances(ROWS), most_rows=ROWS
    )
    assert sample.taken.all()
    assert sample.weights is None


def test_the_same_rows_come_from_any_number_of_hosts() -> None:
    scores, labels = made(1, 3.0, 1.0)
    lots = chances(ROWS)
    pieces = [slice(0, 90_000), slice(90_000, 90_000), slice(90_000, ROWS)]

    def work(group: Group) -> Sample:
        own = pieces[group.hosts.rank]
        return sample_by_score(
            group, [scores[own]], labels[own], None, lots[own], most_rows=MOST_ROWS
        )

    alone = sample_by_score(
        Group(ALONE), [scores], labels, None, lots, most_rows=MOST_ROWS
    )
    together = on_hosts(3, work)
    np.testing.assert_array_equal(
        np.concatenate([one.taken for one in together]), alone.taken
    )
    weights = [one.weights for one in together if one.weights is not None]
    assert alone.weights is not None
    np.testing.assert_allclose(np.concatenate(weights), alone.weights)


def test_what_is_learnt_from_has_all_frauds_and_the_weight_of_all_rows() -> None:
    _, labels = made(2, 3.0, 1.0)
    weights = np.where(labels == 1, 1.0, 20.0)
    sample = sample_by_class(
        Group(ALONE), labels, weights, chances(ROWS), most_rows=MOST_ROWS
    )
    assert sample.taken[labels == 1].all()
    assert sample.weights is not None
    for label in (0, 1):
        mine = labels[sample.taken] == label
        exact = weights[labels == label].sum()
        assert sample.weights[mine].sum() == pytest.approx(exact)
