"""Make probabilities out of scores: Platt scaling of the log-odds.

Balanced classes and case-control sampling inflate what a classifier calls a
probability. A logistic regression on the log-odds of out-of-fold predictions, with the
rows' weights, corrects slope and offset with two parameters, which a few hundred frauds
can support, and keeps the ranking (scores that round to 0 or 1 become ties). In
cross-validation it was as good as beta calibration, and saved more money than isotonic
(docs/model-quality.md). Platt 1999; Kull, Silva Filho and Flach 2017.
"""

import numpy as np
from scipy.special import logit
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, LabelEncoder

from training.data.dataset import Dataset, Floats
from training.models.fitting import Model, OutOfFold

#: Probabilities are kept this far from 0 and 1, where log-odds are infinite.
_MARGIN = 1e-15


def fit_calibrator(train: Dataset, predicted: OutOfFold) -> Pipeline:
    """Fit the map from a model's probability to the population's.

    It takes and gives what scikit-learn's classifiers do: a column of predicted
    fraud probabilities, and probabilities of shape (n_rows, 2).
    """
    limits = {"a_min": _MARGIN, "a_max": 1 - _MARGIN}
    calibrator = Pipeline(
        [
            ("limit", FunctionTransformer(np.clip, kw_args=limits)),
            ("log_odds", FunctionTransformer(logit)),
            ("platt", LogisticRegression(C=np.inf, max_iter=1000)),
        ]
    )
    calibrator.fit(
        predicted.probabilities[:, np.newaxis],
        train.labels[predicted.rows],
        platt__sample_weight=train.row_weights[predicted.rows],
    )
    return calibrator


def calibrate(calibrator: Pipeline, probabilities: Floats) -> Floats:
    """Apply the map to probabilities of shape (n_rows,)."""
    calibrated: Floats = calibrator.predict_proba(probabilities[:, np.newaxis])[:, 1]
    return calibrated


def with_calibration(model: Model, calibrator: Pipeline) -> StackingClassifier:
    """Return one scikit-learn classifier: the model, then the calibrator.

    That is what a stack of one model with a final estimator computes; its own fit
    would calibrate on predictions for rows that the model has seen.
    """
    stack = StackingClassifier(
        [("model", model)], final_estimator=calibrator, cv="prefit"
    )
    stack.estimators_ = [model]
    stack.stack_method_ = ["predict_proba"]
    stack.final_estimator_ = calibrator
    stack._label_encoder = LabelEncoder().fit([0, 1])  # noqa: SLF001 - as fit does
    stack.classes_ = stack._label_encoder.classes_  # noqa: SLF001
    return stack
