"""XGBoost's classifier, of which several hosts grow the trees as one does.

Its own probabilities are float32, which near 1 have no room for the log-odds that
calibration needs; these are in double precision.
"""

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import xgboost
from scipy.special import expit
from xgboost import XGBClassifier

from training.data.dataset import Floats
from training.models.bins import Singles, bin_edges
from training.models.exact_gradients import LogisticLoss, Total

#: Trees after which the drawing of columns begins anew, and a checkpoint may be kept.
TREES_TOGETHER = 20
#: XGBoost's own.
_DEFAULT_BINS = 256


class XGBoostClassifier(XGBClassifier):
    """Binary classifier; everything but `fit` and `predict_proba` is XGBoost's."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: ANN401, N803 - scikit-learn's signature
        """Grow the trees on rows in memory."""
        features = np.asarray(X, np.float32)
        bins = self.max_bin or _DEFAULT_BINS
        edges = bin_edges(features, sample_weight, bins)
        matrix = xgboost.QuantileDMatrix(
            features,
            y,
            weight=sample_weight,
            max_bin=bins,
            nthread=self.n_jobs,
            ref=matrix_of_edges(edges, bins, self.n_jobs or 1),
        )
        self.load_model(bytearray(self.grow(matrix)))
        return self

    def grow(
        self,
        matrix: xgboost.QuantileDMatrix,
        begun: bytes | None = None,
        after_tree: Callable[[xgboost.Booster, int], None] | None = None,
        total: Total = float,
    ) -> bytes:
        """Grow the trees of a matrix, from a saved model on if there is one.

        `after_tree` is called with the model so far and the number of its trees;
        `total` adds up over hosts.
        """
        weights = matrix.get_weight()
        loss = LogisticLoss(
            matrix.get_label(),
            weights if len(weights) else None,
            float(self.scale_pos_weight or 1.0),
            total,
        )
        parameters = {
            name: value
            for name, value in self.get_xgb_params().items()
            if name not in ("n_jobs", "scale_pos_weight") and value is not None
        }
        parameters |= {
            "objective": "binary:logistic",
            "base_score": loss.first_probability,
            "nthread": self.n_jobs,
            "verbosity": 0,
        }
        booster = xgboost.Booster(
            parameters, [matrix], model_file=None if begun is None else bytearray(begun)
        )
        start = booster.num_boosted_rounds()
        for number in range(start, int(self.n_estimators or 0)):
            if number == start or number % TREES_TOGETHER == 0:
                _forget_draws(booster)
            margins = booster.predict(matrix, output_margin=True, training=True)
            first, second = loss.gradients(margins)
            booster.boost(matrix, number, grad=first, hess=second)
            if after_tree is not None:
                after_tree(booster, number + 1)
        return bytes(booster.save_raw("ubj"))

    def predict_proba(self, X: Any, *_: Any, **__: Any) -> Floats:  # noqa: ANN401, N803 - scikit-learn's signature
        """Probabilities of shape (n_rows, 2), from XGBoost's margins."""
        margin = self.predict(X, output_margin=True).astype(np.float64)
        fraud = expit(margin)
        return np.column_stack([1.0 - fraud, fraud])


def matrix_of_edges(
    edges: Sequence[Singles], bins: int, threads: int
) -> xgboost.QuantileDMatrix:
    """Return a matrix whose bins are these, for others to refer to.

    XGBoost gives every value a bin of its own where there are no more than `bins`.
    """
    values = np.full((max(1, *map(len, edges)), len(edges)), np.nan, np.float32)
    for place, of_feature in enumerate(edges):
        values[: len(of_feature), place] = of_feature
    return xgboost.QuantileDMatrix(values, max_bin=bins, nthread=threads)


def _forget_draws(booster: xgboost.Booster) -> None:
    """Let the drawing of columns begin anew, by the number of the next tree.

    XGBoost draws by a state that no saved model holds, so that a run that goes on would
    grow other trees (https://github.com/dmlc/xgboost/issues/10324 is the same of rows).
    The state goes with what grows the trees when another way is configured.
    """
    booster.set_param({"tree_method": "approx"})
    booster.num_boosted_rounds()  # configures
    booster.set_param({"tree_method": "hist"})
