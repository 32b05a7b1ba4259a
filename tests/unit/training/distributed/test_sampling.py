"""What is judged on a sample is what is judged on all rows, within 1e-4."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.metrics import average_precision_score, roc_auc_score

from artifact.decision import ThresholdRule
from tests.unit.training.distributed.hosts_in_threads import on_hosts
from training.data.hashing import SAMPLE, mixed, shares
from training.distributed.group import Group
from training.distributed.hosts import ALONE
from training.distributed.sampling import Sample, sample_by_class, sample_by_score
from training.judging.sweep import Outcomes, Sweep, sweep
from training.judging.thresholds import choose_rule
from training.options import DecisionOptions

ROWS = 120_000
MOST_ROWS = 30_000


def made(seed: int, shift: float, spread: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = (random.random(ROWS) < 0.004).astype(np.int8)
    scores = random.normal(-7 + shift * labels, 1 + spread * labels, ROWS)
    return scores, labels


def chances(rows: int) -> np.ndarray:
    return shares(mixed(np.arange(rows, dtype=np.uint64), 42, SAMPLE))


POLICIES: tuple[DecisionOptions, ...] = (
    DecisionOptions("max-f1"),
    DecisionOptions("cost"),
    DecisionOptions("precision", min_precision=0.3),
    DecisionOptions("alerts-per-day", alerts_per_day=1500),
)


def judged(
    policy: DecisionOptions,
    labels: np.ndarray,
    p: np.ndarray,
    weights: np.ndarray,
    amounts: np.ndarray,
) -> tuple[float, Sweep]:
    totals = sweep(Outcomes(labels, weights, amounts), p)
    rule = choose_rule(policy, totals, transactions_per_day=1e5, amount="Amount")
    assert isinstance(rule, ThresholdRule)
    return rule.threshold, totals


def value_of(policy: DecisionOptions, totals: Sweep, threshold: float) -> float:
    """Return what a policy is about, at a threshold: a share of what is possible."""
    above = np.flatnonzero(totals.thresholds >= threshold)
    at = int(above[-1]) if above.size else 0
    if policy.policy == "max-f1":
        return float(totals.f1[at])
    return float(totals.savings(policy.review_cost)[at] / totals.losses_caught[-1])


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 1000),
    shift=st.floats(4.0, 10.0),
    spread=st.floats(0.0, 3.0),
    is_weighted=st.booleans(),
)
def test_figures_and_thresholds_of_the_sample_are_those_of_all_rows(
    seed: int, shift: float, spread: float, is_weighted: bool
) -> None:
    random = np.random.default_rng(seed)
    first, labels = made(seed, shift, spread)
    # A second model of its own bins is judged on the same rows.
    scores = [first, first + random.normal(0, 1, ROWS)]
    given_weights = np.where(labels == 1, 1.0, 20.0) if is_weighted else None
    weights = np.ones(ROWS) if given_weights is None else given_weights
    amounts = random.lognormal(4, 1, ROWS)
    sample = sample_by_score(
        Group(ALONE), scores, labels, given_weights, chances(ROWS), most_rows=MOST_ROWS
    )
    kept = sample.taken
    assert np.count_nonzero(kept) < 1.5 * MOST_ROWS
    assert sample.stands_for is not None
    for place, score in enumerate(scores):
        p = expit(score)
        of_kept = weights[kept] * sample.stands_for[:, place]
        assert of_kept.sum() == pytest.approx(weights.sum())
        for figure in (average_precision_score, roc_auc_score):
            exact = figure(labels, p, sample_weight=weights)
            found = figure(labels[kept], p[kept], sample_weight=of_kept)
            assert found == pytest.approx(exact, abs=1e-4)
        for policy in POLICIES:
            exact, totals = judged(policy, labels, p, weights, amounts)
            found, _ = judged(policy, labels[kept], p[kept], of_kept, amounts[kept])
            if policy.policy in ("precision", "alerts-per-day"):
                assert found == pytest.approx(exact, abs=1e-4), policy
            else:  # two thresholds may be as good as each other
                best, chosen = (value_of(policy, totals, t) for t in (exact, found))
                assert chosen == pytest.approx(best, abs=1e-4), policy


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_of_more_frauds_than_there_is_room_for_comes_a_share(seed: int) -> None:
    random = np.random.default_rng(seed)
    labels = (random.random(ROWS) < 0.4).astype(np.int8)
    scores = random.normal(2.0 * labels - 1, 1.5, ROWS)
    sample = sample_by_score(
        Group(ALONE), [scores], labels, None, chances(ROWS), most_rows=MOST_ROWS
    )
    kept = sample.taken
    assert np.count_nonzero(kept) < 1.5 * MOST_ROWS
    assert sample.stands_for is not None
    weights = sample.stands_for[:, 0]
    assert weights[labels[kept] == 1].sum() == pytest.approx(labels.sum())
    for figure in (average_precision_score, roc_auc_score):
        exact = figure(labels, scores)
        found = figure(labels[kept], scores[kept], sample_weight=weights)
        assert found == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("centre", [-10.0, 20.0, 30.0])
def test_scores_near_0_and_1_are_told_apart_too(centre: float, seed: int) -> None:
    """As a linear model of balanced classes gives them: both classes beyond 20."""
    random = np.random.default_rng(seed)
    labels = (random.random(ROWS) < 0.01).astype(np.int8)
    tails = random.standard_t(3, ROWS) * 4
    p = expit(centre + np.where(labels == 1, random.normal(8, 12, ROWS), tails))
    sample = sample_by_score(
        Group(ALONE),
        [logit(p), logit(p) + tails],
        labels,
        None,
        chances(ROWS),
        most_rows=MOST_ROWS,
    )
    kept = sample.taken
    assert sample.stands_for is not None
    weights = sample.stands_for[:, 0]
    for figure in (average_precision_score, roc_auc_score):
        exact = figure(labels, p)
        found = figure(labels[kept], p[kept], sample_weight=weights)
        assert found == pytest.approx(exact, abs=1e-4)
    for least in (0.9, 1 - 1e-10, 1 - 1e-13):
        exact = np.count_nonzero(p >= least) / ROWS
        found = weights[p[kept] >= least].sum() / ROWS
        assert found == pytest.approx(exact, abs=1e-4)


@pytest.mark.parametrize("models", [1, 2])
def test_few_rows_come_whole(models: int) -> None:
    scores, labels = made(0, 3.0, 1.0)
    sample = sample_by_score(
        Group(ALONE),
        [scores - place for place in range(models)],
        labels,
        None,
        chances(ROWS),
        most_rows=ROWS,
    )
    assert sample.taken.all()
    assert sample.stands_for is None


def test_the_same_rows_come_from_any_number_of_hosts() -> None:
    scores, labels = made(1, 3.0, 1.0)
    lots = chances(ROWS)
    pieces = [slice(0, 50_000), slice(50_000, 50_000), slice(50_000, ROWS)]

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
    stands_for = [one.stands_for for one in together if one.stands_for is not None]
    assert alone.stands_for is not None
    np.testing.assert_allclose(np.concatenate(stands_for), alone.stands_for)


def test_what_is_learnt_from_has_all_frauds_and_the_weight_of_all_rows() -> None:
    _, labels = made(2, 3.0, 1.0)
    weights = np.where(labels == 1, 1.0, 20.0)
    sample = sample_by_class(
        Group(ALONE), labels, weights, chances(ROWS), most_rows=MOST_ROWS
    )
    assert sample.taken[labels == 1].all()
    assert sample.stands_for is not None
    found = weights[sample.taken] * sample.stands_for[:, 0]
    for label in (0, 1):
        mine = labels[sample.taken] == label
        exact = weights[labels == label].sum()
        assert found[mine].sum() == pytest.approx(exact)
