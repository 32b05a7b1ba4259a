import sys
from pathlib import Path

import joblib
import numpy as np
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression

from artifact import layout
from artifact.integrity import hash_files
from artifact.manifest import Feature, Manifest, SelfTest, TrainingData
from artifact.manifest_file import write_manifest
from training.writing.scorer import write_scorer

FEATURES = ("V1", "Amount")


@pytest.fixture
def model_dir(tmp_path: Path) -> Path:
    """A complete artifact of a model with two features."""
    directory = tmp_path / "model"
    (directory / "code").mkdir(parents=True)
    rows = np.array([[0.0, 1.0], [1.0, 5.0], [2.0, 3.0], [3.0, 9.0]])
    model = LogisticRegression().fit(rows, np.array([0, 0, 1, 1]))
    joblib.dump(model, directory / layout.MODEL)
    write_scorer(directory / layout.SCORER, model)
    (directory / layout.METRICS).write_text("{}")
    (directory / layout.CONFIG).write_text(
        '{"decision_rule": {"policy": "threshold", "threshold": 0.5}}'
    )
    (directory / layout.INFERENCE).write_text("app = None\n")
    row = {"V1": 1.5, "Amount": 4.0}
    manifest = Manifest(
        files=hash_files(directory),
        features=tuple(
            Feature(name, "float64", {0.0: -1.0, 0.5: 0.0, 1.0: 1.0})
            for name in FEATURES
        ),
        label="Class",
        versions={
            "python": ".".join(map(str, sys.version_info[:3])),
            "scikit-learn": sklearn.__version__,
        },
        training_data=TrainingData(sha256="0" * 64, rows=4, frauds=2),
        self_test=SelfTest(
            row, float(model.predict_proba(np.array([list(row.values())]))[0, 1])
        ),
    )
    write_manifest(directory, manifest)
    return directory
