"""The decision rule: which transactions become alerts, given their probability.

It travels in the artifact (``config.json``), is published by the serving stack
as JSON, and is applied by the caller, so that a business rule changes without a
deployment of the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from artifact import layout
from artifact.columns import Column, Kind, parse_number_form
from artifact.documents import parse_object, read_file
from artifact.errors import ArtifactError
from artifact.value_encoders import LARGEST, Encode, any_encoder

#: Of a wrong value, as errors repeat it.
_MOST_CHARACTERS = 80


@dataclass(frozen=True)
class ThresholdRule:
    """Alert when the probability reaches `threshold`, whatever the amount."""

    policy: ClassVar[str] = "threshold"
    threshold: float
    #: True when a person set the rule in place of the one in the artifact.
    set_by_hand: bool = False

    def is_alert(self, probability: float, transaction: Mapping[str, Any]) -> bool:  # noqa: ARG002 - one signature for all rules
        """Whether to review this transaction."""
        return probability >= self.threshold

    def as_dict(self) -> dict[str, Any]:
        """JSON form; `parse_decision_rule` reads it back."""
        return _with_mark(
            {"policy": self.policy, "threshold": self.threshold}, self.set_by_hand
        )


@dataclass(frozen=True)
class ExpectedValueRule:
    """Alert when the expected loss exceeds the cost of a review.

    Expected loss = probability * (amount + `fixed_loss_per_fraud`), all in the
    currency of the amount. The fixed loss keeps card testing with tiny amounts
    in view. Needs calibrated probabilities (Elkan 2001, cost-sensitive learning).
    """

    policy: ClassVar[str] = "expected-value"
    review_cost: float
    fixed_loss_per_fraud: float = 0.0
    #: The feature that holds the transaction's amount.
    amount: str = "Amount"
    set_by_hand: bool = False
    #: How text writes the amount, such as ``$1,234.50``; None for plain numbers.
    amount_form: Column | None = None

    @cached_property
    def _read_amount(self) -> Encode:
        # A missing one is NaN: no expected loss exceeds a cost then, as in training.
        return any_encoder(self.amount_form or Column(self.amount, Kind.NUMBER))

    def is_alert(self, probability: float, transaction: Mapping[str, Any]) -> bool:
        """Whether to review this transaction.

        Raises
        ------
        ArtifactError
            If the transaction lacks the amount.
        """
        if self.amount not in transaction:
            raise ArtifactError(
                f"The rule 'expected-value' needs the field {self.amount!r}, which "
                "the transaction lacks; add it."
            )
        try:
            amount = self._read_amount(transaction[self.amount])
        except ValueError:
            raise ArtifactError(
                f"The rule 'expected-value' needs a number in the field "
                f"{self.amount!r}, and the transaction has something else; change it."
            ) from None
        return probability * (amount + self.fixed_loss_per_fraud) > self.review_cost

    def as_dict(self) -> dict[str, Any]:
        """JSON form; `parse_decision_rule` reads it back."""
        fields: dict[str, Any] = {
            "policy": self.policy,
            "review_cost": self.review_cost,
            "fixed_loss_per_fraud": self.fixed_loss_per_fraud,
            "amount": self.amount,
        }
        if self.amount_form is not None:
            fields["amount_form"] = self.amount_form.number_form_as_dict()
        return _with_mark(fields, self.set_by_hand)


DecisionRule = ThresholdRule | ExpectedValueRule


def parse_decision_rule(rule: str | Mapping[str, Any]) -> DecisionRule:
    """Read a rule from JSON text or from the object it holds.

    Raises
    ------
    ArtifactError
        Naming the field, what was expected and what came.
    """
    fields = _load(rule) if isinstance(rule, str) else dict(rule)
    policy = fields.pop("policy", None)
    by_hand = fields.pop("set_by_hand", False)
    if not isinstance(by_hand, bool):
        raise ArtifactError(
            "Decision rule: 'set_by_hand' must be true or false, got "
            f"{_short(by_hand)}."
        )
    parsed: DecisionRule
    if policy == ThresholdRule.policy:
        threshold = _number(fields, "threshold")
        if threshold > 1:
            raise ArtifactError(
                "Decision rule: 'threshold' must be from 0 to 1, being compared with "
                f"a probability, got {threshold!r}."
            )
        parsed = ThresholdRule(threshold, by_hand)
    elif policy == ExpectedValueRule.policy:
        amount = fields.pop("amount", "Amount")
        if not isinstance(amount, str) or not amount:
            raise ArtifactError(
                f"Decision rule: 'amount' must name a feature, got {_short(amount)}."
            )
        form = fields.pop("amount_form", None)
        parsed = ExpectedValueRule(
            review_cost=_number(fields, "review_cost"),
            fixed_loss_per_fraud=_number(fields, "fixed_loss_per_fraud", 0.0),
            amount=amount,
            set_by_hand=by_hand,
            amount_form=None
            if form is None
            else parse_number_form(amount, form, "Decision rule: 'amount_form'"),
        )
    else:
        raise ArtifactError(
            "Decision rule: 'policy' must be 'threshold' or 'expected-value', got "
            f"{_short(policy)}."
        )
    if fields:
        raise ArtifactError(
            f"Decision rule: unknown field {_short(min(fields))} for policy "
            f"{policy!r}; remove it."
        )
    return parsed


def read_decision_rule(model_dir: Path) -> DecisionRule:
    """Read the rule that training chose, from the artifact's ``config.json``."""
    return parse_config(read_file(model_dir / layout.CONFIG))


def parse_config(data: bytes) -> DecisionRule:
    """Parse the bytes of ``config.json``; returns its rule.

    Raises
    ------
    ArtifactError
        If they hold no decision rule.
    """
    rule = parse_object(data, layout.CONFIG).get("decision_rule")
    if not isinstance(rule, dict):
        raise ArtifactError(
            f"{layout.CONFIG} holds no readable decision_rule; train again."
        )
    return parse_decision_rule(rule)


def _short(value: object) -> str:
    """Write what came instead, one line of it."""
    if isinstance(value, int) and abs(value) > LARGEST:
        return "a larger number"
    text = repr(value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


def _with_mark(rule: dict[str, Any], by_hand: bool) -> dict[str, Any]:  # noqa: FBT001
    return {**rule, "set_by_hand": True} if by_hand else rule


def _load(text: str) -> dict[str, Any]:
    try:
        return parse_object(text.encode(errors="surrogatepass"), "Decision rule")
    except ArtifactError:
        raise ArtifactError(
            "Decision rule: expected a JSON object such as "
            '{"policy": "threshold", "threshold": 0.5}.'
        ) from None


def _number(fields: dict[str, Any], name: str, default: float | None = None) -> float:
    value = fields.pop(name, default)
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not 0 <= value <= LARGEST
    ):
        raise ArtifactError(
            f"Decision rule: {name!r} must be a number of at least 0, and of "
            f"{LARGEST:g} at most, got {_short(value)}."
        )
    return float(value)
