"""How many transactions of a request the artifact's own decision rule would review.

Callers apply the published rule, which may be another; this count is for the
metrics that watch the model.
"""

from collections.abc import Callable

import numpy as np

from artifact.decision import DecisionRule, ThresholdRule
from artifact.errors import ArtifactError
from serving.schema import Rows, Schema

#: Probabilities of shape (n_rows,) and rows of shape (n_rows, n_features) → alerts.
AlertCounter = Callable[[Rows, Rows], int]


def alert_counter(rule: DecisionRule, schema: Schema) -> AlertCounter:
    """Return the function that counts alerts by this rule.

    Raises
    ------
    ArtifactError
        If the rule needs a feature that the model does not have.
    """
    if isinstance(rule, ThresholdRule):
        threshold = rule.threshold
        return lambda probabilities, _rows: int(
            np.count_nonzero(probabilities >= threshold)
        )
    if rule.amount not in schema.index:
        raise ArtifactError(
            f"The decision rule needs the feature {rule.amount!r}, which the model "
            "does not take; train again with that amount column."
        )
    column = schema.index[rule.amount]
    cost, fixed = rule.review_cost, rule.fixed_loss_per_fraud
    return lambda probabilities, rows: int(
        np.count_nonzero(probabilities * (rows[:, column] + fixed) > cost)
    )
