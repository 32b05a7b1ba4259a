"""CPU time of a tree, by row: ``python -m benchmarks.scale.trees``."""

import time

import numpy as np
import xgboost

from training.models.xgboost_classifier import XGBoostClassifier

ROWS, FEATURES, FEW, MORE = 1_000_000, 30, 4, 16


def main() -> None:
    """Grow trees on random rows by one thread; print microseconds a row and tree."""
    random = np.random.default_rng(0)
    features = random.normal(size=(ROWS, FEATURES)).astype(np.float32)
    labels = (features[:, 0] + random.normal(size=ROWS) > 4).astype(int)  # noqa: PLR2004 - few frauds
    matrix = xgboost.QuantileDMatrix(features, label=labels, max_bin=4096, nthread=1)
    seconds = []
    for trees in (FEW, MORE):
        model = XGBoostClassifier(
            n_estimators=trees,
            max_depth=6,
            max_bin=4096,
            colsample_bytree=0.5,
            n_jobs=1,
        )
        started = time.process_time()
        model.grow(matrix)
        seconds.append(time.process_time() - started)
    cost = (seconds[1] - seconds[0]) / (MORE - FEW) / ROWS
    print(f"{1e6 * cost:.3f} us a row and tree")


if __name__ == "__main__":
    main()
