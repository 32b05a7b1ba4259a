"""The models to choose from: plain scikit-learn, so that AWS's image serves them."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from training.dataset import Dataset, Floats


class Classifier(Protocol):
    """The part of scikit-learn's interface that this project uses."""

    def fit(self, X: Any, y: Any, **fit_params: Any) -> Any:  # noqa: ANN401, N803
        """Fit to features and labels."""

    def predict_proba(self, X: Floats) -> Floats:  # noqa: N803
        """Probabilities of shape (n_rows, 2); column 1 is fraud."""


def logistic_regression(*, logistic_c: float) -> Pipeline:
    """Baseline: standardised features, classes balanced by weight."""
    return Pipeline(
        [
            ("scale", StandardScaler()),
            (
                "classify",
                LogisticRegression(
                    C=logistic_c, class_weight="balanced", max_iter=1000
                ),
            ),
        ]
    )


MODELS: Mapping[str, Callable[..., Pipeline]] = {
    "logistic-regression": logistic_regression,
}


def fit(model: Pipeline, data: Dataset) -> Pipeline:
    """Fit every step of a pipeline, with the rows' weights when there are any."""
    weights = {}
    if data.weights is not None:
        weights = {f"{step}__sample_weight": data.weights for step, _ in model.steps}
    model.fit(data.features, data.labels, **weights)
    return model
