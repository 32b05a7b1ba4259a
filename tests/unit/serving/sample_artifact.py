"""A small artifact to serve: three features and a logistic regression."""

import json
import sys
from pathlib import Path

import joblib
import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

from artifact import layout
from artifact.integrity import hash_files
from artifact.manifest import Feature, Manifest, SelfTest, TrainingData
from artifact.manifest_file import write_manifest
from training.writing.scorer import write_scorer
from training.writing.served_code import copy_served_code

ROOT = Path(__file__).parents[3]
#: `Hour` is declared whole; quantiles make 0..23, -3..3 and 0..100 the known ranges.
RANGES = {"Hour": (0.0, 23.0), "V1": (-3.0, 3.0), "Amount": (0.0, 100.0)}
DTYPES = {"Hour": "int64", "V1": "float64", "Amount": "float64"}


def write_artifact(directory: Path) -> None:
    """A complete artifact of a small model, with the real serving code in it."""
    copy_served_code(ROOT, directory)
    random = np.random.default_rng(0)
    rows = np.column_stack(
        [random.integers(0, 24, 400), random.normal(size=400), random.random(400) * 100]
    )
    model = LogisticRegression(max_iter=1000).fit(rows, rows[:, 1] > 1)
    joblib.dump(model, directory / layout.MODEL)
    write_scorer(directory / layout.SCORER, model)
    (directory / layout.METRICS).write_text("{}")
    (directory / layout.CONFIG).write_text(
        json.dumps({"decision_rule": {"policy": "threshold", "threshold": 0.5}})
    )
    row = {"Hour": 3.0, "V1": 0.25, "Amount": 12.5}
    probability = model.predict_proba(np.array([list(row.values())]))[0, 1]
    write_manifest(
        directory,
        Manifest(
            files=hash_files(directory),
            features=tuple(
                Feature(
                    name, DTYPES[name], {0.0: low, 0.5: (low + high) // 2, 1.0: high}
                )
                for name, (low, high) in RANGES.items()
            ),
            label="Class",
            versions={
                "python": ".".join(map(str, sys.version_info[:3])),
                "scikit-learn": sklearn.__version__,
            },
            training_data=TrainingData(sha256="0" * 64, rows=400, frauds=60),
            self_test=SelfTest(row, float(probability)),
        ),
    )
