"""Score transactions on a live endpoint and apply the published decision rule.

An application imports `FraudClient`; ``fraud score`` is the same for
one transaction in a file.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3

from artifact.decision import DecisionRule
from artifact.errors import ArtifactError
from artifact.scoring.reasons import Reason
from operations.account.errors import CallError, explained
from operations.account.session import aws_session
from operations.decision_rule import describe, find_parameter, read_rule

Transaction = Mapping[str, float]


@dataclass(frozen=True)
class Score:
    """A transaction's fraud probability, and whether the rule asks for a review."""

    fraud_probability: float
    alert: bool
    #: The features that moved the score most, when they were asked for.
    reasons: tuple[Reason, ...] = ()


class FraudClient:
    """Calls one endpoint.

    Parameters
    ----------
    endpoint : str
        Name of the endpoint, such as ``fraud-dev``.
    decision_rule_parameter : str, optional
        SSM parameter that holds the rule; by default the one that the stack
        ``<endpoint>-serving`` names in its outputs.
    rule_max_age_seconds : float, optional
        The rule is read again when it is older, so that a new one takes effect
        without a restart.
    session : boto3.Session, optional
        Where credentials and region come from.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        decision_rule_parameter: str = "",
        rule_max_age_seconds: float = 60.0,
        session: boto3.Session | None = None,
    ) -> None:
        self.endpoint = endpoint
        self._session = session or aws_session()
        self._parameter = decision_rule_parameter
        self._rule_max_age_seconds = rule_max_age_seconds
        self._rule: DecisionRule | None = None
        self._rule_read_at = 0.0
        with explained():
            self._runtime = self._session.client("sagemaker-runtime")

    @property
    def rule(self) -> DecisionRule:
        """The published decision rule, at most `rule_max_age_seconds` old."""
        now = time.monotonic()
        if self._rule is None or now - self._rule_read_at > self._rule_max_age_seconds:
            with explained():
                if not self._parameter:
                    self._parameter = find_parameter(self._session, self.endpoint)
                self._rule = read_rule(self._session, self._parameter)
            self._rule_read_at = now
        return self._rule

    def score(self, transaction: Transaction, *, reasons: int = 0) -> Score:
        """Score one transaction, given as feature name → value.

        `reasons` asks for that many features that moved the score most.

        Raises
        ------
        CallError
            If the endpoint cannot be called or refuses the transaction.
        """
        answer = self._invoke(dict(transaction), reasons)
        with self._understood():
            probability = float(answer["fraud_probability"])
            given = tuple(Reason(**reason) for reason in answer.get("reasons", ()))
        return Score(probability, self._is_alert(probability, transaction), given)

    def score_many(self, transactions: Sequence[Transaction]) -> list[Score]:
        """Score transactions in one call, in order; at most 25 MB of JSON."""
        if not transactions:
            return []
        answers = self.probabilities(transactions)
        return [
            Score(probability, self._is_alert(probability, transaction))
            for probability, transaction in zip(answers, transactions, strict=True)
        ]

    def probabilities(self, transactions: Sequence[Transaction]) -> list[float]:
        """Return the fraud probability of each transaction, without any rule."""
        answer = self._invoke([dict(transaction) for transaction in transactions])
        with self._understood():
            return [float(item["fraud_probability"]) for item in answer]

    def _is_alert(self, probability: float, transaction: Transaction) -> bool:
        try:
            return self.rule.is_alert(probability, transaction)
        except ArtifactError as error:
            raise CallError(str(error)) from None

    def _invoke(self, payload: object, reasons: int = 0) -> Any:  # noqa: ANN401 - JSON
        asked = {"CustomAttributes": f"explain={reasons}"} if reasons else {}
        with explained():
            response = self._runtime.invoke_endpoint(
                EndpointName=self.endpoint,
                ContentType="application/json",
                Accept="application/json",
                Body=json.dumps(payload, default=float).encode(),
                **asked,
            )
            body = response["Body"].read()
        with self._understood():
            return json.loads(body)

    @contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, KeyError, TypeError, AttributeError):
            raise CallError(
                f"The endpoint {self.endpoint} answered something else than fraud "
                "probabilities; is it an endpoint of this project?"
            ) from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        transaction = _read_transaction(options.file)
        client = FraudClient(
            options.endpoint, decision_rule_parameter=options.decision_rule_parameter
        )
        score = client.score(transaction, reasons=options.explain)
    except CallError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.json:
        shown = {**asdict(score), "decision_rule": client.rule.as_dict()}
        if not options.explain:
            del shown["reasons"]
        print(json.dumps(shown))
    else:
        print(f"Fraud probability  {score.fraud_probability:.6f}")
        print(f"Decision           {'alert' if score.alert else 'no alert'}")
        print(f"Rule               {describe(client.rule)}")
        for reason in score.reasons:
            print(
                f"  {reason.feature:15}  {reason.contribution:+.3f} log-odds of fraud"
            )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fraud score",
        description="Score one transaction on a live endpoint and apply the "
        "published decision rule.",
    )
    parser.add_argument("--endpoint", required=True, help="such as fraud-dev")
    parser.add_argument(
        "--file",
        required=True,
        help="JSON object of feature name to number; - reads standard input",
    )
    parser.add_argument(
        "--decision-rule-parameter",
        default="",
        metavar="NAME",
        help="SSM parameter that holds the decision rule (default: output "
        "DecisionRuleParameterName of the stack <endpoint>-serving)",
    )
    parser.add_argument(
        "--explain",
        type=int,
        default=0,
        metavar="N",
        help="also show the N features that moved the score most",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _read_transaction(file: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CallError(f"{file} cannot be read: {reason}.") from None
    try:
        transaction = json.loads(text)
    except ValueError:
        transaction = None
    if not isinstance(transaction, dict):
        raise CallError(
            f"{file} must hold one JSON object of feature names and numbers, such as "
            '{"Time": 0.0, "V1": -1.36, "Amount": 149.62}.'
        )
    return transaction
