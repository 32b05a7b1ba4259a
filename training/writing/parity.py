"""Proof that the scorer answers as the fitted model does."""

from typing import Any

import numpy as np
import numpy.typing as npt

from artifact.manifest import PROBABILITY_TOLERANCE
from artifact.scoring.scorer import Scorer
from training.errors import TrainingError

_ROWS_AT_ONCE = 16_384


def check_parity(
    model: Any,  # noqa: ANN401 - any scikit-learn classifier
    scorer: Scorer,
    rows: npt.NDArray[np.float64],
    threshold: float | None = None,
) -> float:
    """Compare both models' probabilities; returns the largest difference.

    Parameters
    ----------
    rows : float64 array of shape (n_rows, n_features)
    threshold : float, optional
        The decision threshold, at which no decision may differ.

    Raises
    ------
    TrainingError
        If a probability differs by more than `PROBABILITY_TOLERANCE`, or a decision
        differs.
    """
    largest = 0.0
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        block = rows[start : start + _ROWS_AT_ONCE]
        wanted, got = model.predict_proba(block)[:, 1], scorer.predict(block)
        differences = np.abs(got - wanted)
        largest = max(largest, float(differences.max()))
        if not largest <= PROBABILITY_TOLERANCE:
            raise TrainingError(
                f"scorer.npz differs from the model by {largest:.3g} in row "
                f"{start + int(differences.argmax())}, more than "
                f"{PROBABILITY_TOLERANCE:g}; train with another --model, and report "
                "this one."
            )
        if threshold is not None:
            flipped = np.flatnonzero((got >= threshold) != (wanted >= threshold))
            if flipped.size:
                raise TrainingError(
                    f"scorer.npz decides row {start + int(flipped[0])} "
                    f"otherwise than the model at the threshold {threshold!r}; "
                    "choose a threshold between two probabilities."
                )
    return largest
