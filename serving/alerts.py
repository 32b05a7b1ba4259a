"""How many transactions of a request the artifact's own decision rule would review.

Callers apply the published rule, which may be another; this count is for the
metrics that watch the model.
"""

import numpy as np

from artifact.decision import DecisionRule, ExpectedValueRule
from artifact.errors import ArtifactError
from serving.formats.schema import Rows, Schema


class AlertCounter:
    """Counts alerts by one rule.

    Raises
    ------
    ArtifactError
        If the rule needs a feature that the model does not have.
    """

    def __init__(self, rule: DecisionRule, schema: Schema) -> None:
        self._rule = rule
        self._column = -1
        if isinstance(rule, ExpectedValueRule):
            if rule.amount not in schema.index:
                raise ArtifactError(
                    f"The decision rule needs the feature {rule.amount!r}, which the "
                    "model does not take; train again with that amount column."
                )
            self._column = schema.index[rule.amount]

    def count(self, probabilities: Rows, rows: Rows) -> int:
        """Alerts among probabilities (n_rows,) of rows (n_rows, n_features)."""
        rule = self._rule
        if isinstance(rule, ExpectedValueRule):
            losses = rows[:, self._column] + rule.fixed_loss_per_fraud
            return int(np.count_nonzero(probabilities * losses > rule.review_cost))
        return int(np.count_nonzero(probabilities >= rule.threshold))

    def count_one(self, probability: float, values: tuple[float, ...]) -> int:
        """1 if this transaction is an alert, else 0."""
        rule = self._rule
        if isinstance(rule, ExpectedValueRule):
            loss = values[self._column] + rule.fixed_loss_per_fraud
            return int(probability * loss > rule.review_cost)
        return int(probability >= rule.threshold)
