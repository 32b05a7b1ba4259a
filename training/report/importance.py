"""How much of the average precision each feature carries, by permutation."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score
from threadpoolctl import threadpool_limits

from artifact.history.words import name_in_words
from training.data.dataset import Dataset, Floats
from training.experiment import Trained

#: Rows of a class among which a feature is permuted.
_MOST_ROWS, _LEAST_ROWS = 2000, 500
#: Legitimate rows of all features together: of many, each is permuted among fewer.
_ROWS_OF_ALL = 60_000
#: Values in one call of the model, whose fixed cost is that of hundreds of rows.
_VALUES_A_CALL = 4_000_000


def importance(
    test: Dataset, model: Trained, random_state: int
) -> list[dict[str, Any]]:
    """Average precision lost when one feature's values are shuffled among rows.

    Permutation importance on the test part (Breiman 2001, Random Forests), the most
    important feature first.
    """
    random = np.random.default_rng(random_state)
    most = max(_LEAST_ROWS, _ROWS_OF_ALL // len(test.feature_names))
    rows, weights = [], []
    for label in (1, 0):
        of_label = np.flatnonzero(test.labels == label)
        sampled = of_label
        if label == 0 or len(of_label) > _MOST_ROWS:
            taken = min(_MOST_ROWS, most, len(of_label))
            sampled = random.choice(of_label, taken, replace=False)
        rows.append(sampled)
        # They stand for those left out, so that precision keeps its meaning.
        weights.append(np.full(len(sampled), len(of_label) / len(sampled)))
    part = test.take(np.concatenate(rows))
    row_weights = part.row_weights * np.concatenate(weights)

    def score(p: Floats) -> float:
        return float(average_precision_score(part.labels, p, sample_weight=row_weights))

    with threadpool_limits(1):
        whole = score(model.classifier.predict_proba(part.features)[:, 1])
        losses = [
            whole - score(p) for p in _shuffled_probabilities(part, model, random)
        ]
    names = map(name_in_words, part.feature_names)
    return sorted(
        (
            {"feature": name, "loss": float(f"{loss:.6g}")}
            for name, loss in zip(names, losses, strict=True)
        ),
        key=lambda item: -item["loss"],
    )


def _shuffled_probabilities(
    part: Dataset, model: Trained, random: np.random.Generator
) -> Iterator[Floats]:
    """Yield for each feature the (n_rows,) probabilities when it is shuffled."""
    n_rows, width = part.features.shape
    together = max(1, _VALUES_A_CALL // part.features.size)
    for first in range(0, width, together):
        positions = range(first, min(first + together, width))
        stacked = np.tile(part.features, (len(positions), 1))
        for place, position in enumerate(positions):
            rows = slice(place * n_rows, (place + 1) * n_rows)
            stacked[rows, position] = random.permutation(part.features[:, position])
        yield from model.classifier.predict_proba(stacked)[:, 1].reshape(-1, n_rows)
