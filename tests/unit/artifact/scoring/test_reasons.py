"""Reason codes: contributions that add up, in order of their size."""

from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from artifact import layout
from artifact.integrity import hash_files
from artifact.loading import Artifact, load_artifact
from artifact.manifest import SelfTest
from artifact.manifest_file import read_manifest, write_manifest
from artifact.scoring.reasons import contributions_of, explain
from training.writing.scorer import write_scorer

ROW = np.array([2.5, 7.0])


@pytest.fixture
def linear(model_dir: Path) -> Artifact:
    return load_artifact(model_dir)


@pytest.fixture
def boosted(model_dir: Path) -> Artifact:
    random = np.random.default_rng(1)
    rows = random.normal(size=(300, 2))
    # OpenMP's threads wait by spinning: on shared cores they cost seconds.
    with threadpool_limits(1):
        model = HistGradientBoostingClassifier(max_iter=30)
        model.fit(rows, rows.prod(axis=1) > 0)
    joblib.dump(model, model_dir / layout.MODEL)
    write_scorer(model_dir / layout.SCORER, model)
    manifest = read_manifest(model_dir)
    row = manifest.self_test.row
    probability = float(model.predict_proba([list(row.values())])[0, 1])
    test = SelfTest(row, probability)
    write_manifest(
        model_dir, replace(manifest, files=hash_files(model_dir), self_test=test)
    )
    return load_artifact(model_dir)


@pytest.mark.parametrize("kind", ["linear", "boosted"])
def test_contributions_add_up_to_the_difference_from_a_typical_transaction(
    kind: str, request: pytest.FixtureRequest
) -> None:
    artifact: Artifact = request.getfixturevalue(kind)
    features = artifact.manifest.features
    typical = np.array([feature.quantiles[0.5] for feature in features])
    actual, usual = artifact.scorer.margin(np.array([ROW, typical]))
    contributions = contributions_of(artifact.scorer, features, ROW)
    assert contributions.sum() == pytest.approx(actual - usual)


def test_a_linear_models_contributions_are_its_terms(
    linear: Artifact, model_dir: Path
) -> None:
    weights = joblib.load(model_dir / layout.MODEL).coef_[0]
    # Both medians are 0 in this artifact.
    contributions = contributions_of(linear.scorer, linear.manifest.features, ROW)
    np.testing.assert_allclose(contributions, weights * ROW, rtol=1e-6)


def test_the_largest_movement_comes_first(linear: Artifact) -> None:
    reasons = explain(linear.scorer, linear.manifest.features, ROW, 5)
    sizes = [abs(reason.contribution) for reason in reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert {reason.feature for reason in reasons} == {"V1", "Amount"}
    assert explain(linear.scorer, linear.manifest.features, ROW, 1) == reasons[:1]


def test_a_typical_transaction_has_no_reasons_of_weight(linear: Artifact) -> None:
    reasons = explain(linear.scorer, linear.manifest.features, np.zeros(2), 2)
    assert [reason.contribution for reason in reasons] == [0.0, 0.0]
