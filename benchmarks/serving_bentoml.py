"""The model on BentoML, as its documentation shows it."""

import os
from pathlib import Path

import bentoml
import joblib
import numpy as np


@bentoml.service(workers=1)
class Fraud:
    """Scores lists of transactions."""

    def __init__(self) -> None:
        self.model = joblib.load(Path(os.environ["FRAUD_MODEL_DIR"]) / "model.joblib")

    @bentoml.api(route="/invocations")
    def score(self, transactions: list[dict[str, float]]) -> list[dict[str, float]]:
        """Answer with one probability a transaction."""
        rows = np.array([list(row.values()) for row in transactions])
        probabilities = self.model.predict_proba(rows)[:, 1]
        return [{"fraud_probability": float(p)} for p in probabilities]
