from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest

from artifact import layout
from artifact.errors import ArtifactError
from artifact.integrity import hash_files
from artifact.loading import load_artifact
from artifact.manifest import SelfTest
from artifact.manifest_file import read_manifest, write_manifest


class Trap:
    """Leaves a trace when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.trace,))


def test_probabilities_are_those_of_the_fitted_model(model_dir: Path) -> None:
    rows = np.array([[0.5, 2.0], [2.5, 8.0], [1.5, 4.0]])
    expected = joblib.load(model_dir / layout.MODEL).predict_proba(rows)[:, 1]
    np.testing.assert_array_equal(
        load_artifact(model_dir).scorer.predict(rows), expected
    )


def test_a_changed_model_is_refused(model_dir: Path, tmp_path: Path) -> None:
    trace = tmp_path / "unpickled"
    joblib.dump(Trap(trace), model_dir / layout.MODEL)
    with pytest.raises(ArtifactError, match=r"^model\.joblib has SHA-256"):
        load_artifact(model_dir)
    assert not trace.exists()


def test_the_trap_above_works(tmp_path: Path) -> None:
    trace = tmp_path / "unpickled"
    joblib.dump(Trap(trace), tmp_path / "trap.joblib")
    joblib.load(tmp_path / "trap.joblib")
    assert trace.exists()


def test_another_manifest_than_the_pinned_one_is_refused(model_dir: Path) -> None:
    digest = layout.sha256_of(model_dir / layout.MANIFEST)
    load_artifact(model_dir, digest)
    with pytest.raises(ArtifactError, match="expected 0000"):
        load_artifact(model_dir, "0" * 64)


def test_a_self_test_that_scores_otherwise_is_refused(model_dir: Path) -> None:
    manifest = read_manifest(model_dir)
    test = SelfTest(manifest.self_test.row, manifest.self_test.fraud_probability + 1e-3)
    write_manifest(model_dir, replace(manifest, self_test=test))
    with pytest.raises(ArtifactError, match="self-test row scored"):
        load_artifact(model_dir)


def test_an_artifact_without_a_scorer_is_refused(model_dir: Path) -> None:
    (model_dir / layout.SCORER).unlink()
    manifest = replace(read_manifest(model_dir), files=hash_files(model_dir))
    write_manifest(model_dir, manifest)
    with pytest.raises(ArtifactError, match=r"lists no scorer\.npz.*train again"):
        load_artifact(model_dir)


def test_the_fitted_model_is_never_unpickled(model_dir: Path, tmp_path: Path) -> None:
    trace = tmp_path / "unpickled"
    joblib.dump(Trap(trace), model_dir / layout.MODEL)
    manifest = replace(read_manifest(model_dir), files=hash_files(model_dir))
    write_manifest(model_dir, manifest)
    load_artifact(model_dir)
    assert not trace.exists()
