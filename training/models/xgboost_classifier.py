"""XGBoost's classifier with probabilities in double precision.

Its own are float32, which near 1 have no room for the log-odds that calibration needs.
"""

from typing import Any

import numpy as np
from scipy.special import expit
from xgboost import XGBClassifier

from training.data.dataset import Floats


class XGBoostClassifier(XGBClassifier):
    """Binary classifier; everything but `predict_proba` is XGBoost's."""

    def predict_proba(self, X: Any, *_: Any, **__: Any) -> Floats:  # noqa: ANN401, N803 - scikit-learn's signature
        """Probabilities of shape (n_rows, 2), from XGBoost's margins."""
        margin = self.predict(X, output_margin=True).astype(np.float64)
        fraud = expit(margin)
        return np.column_stack([1.0 - fraud, fraud])
