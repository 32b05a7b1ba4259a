from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from artifact import layout
from artifact.errors import ArtifactError
from artifact.manifest import SelfTest, hash_files, read_manifest, write_manifest
from artifact.scoring.scorer import load_scorer


class Trap:
    """Leaves a trace when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.trace,))


def test_probabilities_are_those_of_the_fitted_model(model_dir: Path) -> None:
    rows = np.array([[0.5, 2.0], [2.5, 8.0], [1.5, 4.0]])
    expected = joblib.load(model_dir / layout.MODEL).predict_proba(rows)[:, 1]
    np.testing.assert_array_equal(load_scorer(model_dir).predict(rows), expected)


def test_a_changed_model_is_never_unpickled(model_dir: Path, tmp_path: Path) -> None:
    trace = tmp_path / "unpickled"
    joblib.dump(Trap(trace), model_dir / layout.MODEL)
    with pytest.raises(ArtifactError, match=r"^model\.joblib has SHA-256"):
        load_scorer(model_dir)
    assert not trace.exists()


def test_the_trap_above_works(tmp_path: Path) -> None:
    trace = tmp_path / "unpickled"
    joblib.dump(Trap(trace), tmp_path / "trap.joblib")
    joblib.load(tmp_path / "trap.joblib")
    assert trace.exists()


def test_another_manifest_than_the_pinned_one_is_never_unpickled(
    model_dir: Path,
) -> None:
    digest = layout.sha256_of(model_dir / layout.MANIFEST)
    load_scorer(model_dir, digest)
    with pytest.raises(ArtifactError, match="expected 0000"):
        load_scorer(model_dir, "0" * 64)


def test_another_scikit_learn_is_refused_with_both_versions(model_dir: Path) -> None:
    manifest = read_manifest(model_dir)
    write_manifest(model_dir, replace(manifest, versions={"scikit-learn": "1.2.1"}))
    with pytest.raises(ArtifactError, match=r"scikit-learn 1\.2\.1, this server has 1"):
        load_scorer(model_dir)


def test_a_self_test_that_scores_otherwise_is_refused(model_dir: Path) -> None:
    manifest = read_manifest(model_dir)
    test = SelfTest(manifest.self_test.row, manifest.self_test.fraud_probability + 1e-3)
    write_manifest(model_dir, replace(manifest, self_test=test))
    with pytest.raises(ArtifactError, match="self-test row scored"):
        load_scorer(model_dir)


def test_a_model_without_probabilities_is_refused(model_dir: Path) -> None:
    model = LinearRegression().fit([[0.0, 0.0], [1.0, 1.0]], [0, 1])
    joblib.dump(model, model_dir / layout.MODEL)
    manifest = replace(read_manifest(model_dir), files=hash_files(model_dir))
    write_manifest(model_dir, manifest)
    with pytest.raises(ArtifactError, match="no predict_proba"):
        load_scorer(model_dir)


def test_a_file_that_is_no_pickle_is_refused(model_dir: Path) -> None:
    (model_dir / layout.MODEL).write_bytes(b"not a pickle")
    manifest = replace(read_manifest(model_dir), files=hash_files(model_dir))
    write_manifest(model_dir, manifest)
    with pytest.raises(ArtifactError, match="could not be loaded"):
        load_scorer(model_dir)
