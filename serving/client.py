"""Score transactions on a live endpoint and apply the published decision rule.

An application imports `FraudClient`; ``python -m serving.client`` is the same for
one transaction in a file.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3

from artifact.decision import DecisionRule
from artifact.errors import ArtifactError
from cdk_app.session import aws_session
from serving.client_errors import CallError, explained
from serving.decision_rule import describe, find_parameter, read_rule

Transaction = Mapping[str, float]


@dataclass(frozen=True)
class Score:
    """A transaction's fraud probability, and whether the rule asks for a review."""

    fraud_probability: float
    alert: bool


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

    def score(self, transaction: Transaction) -> Score:
        """Score one transaction, given as feature name → value.

        Raises
        ------
        CallError
            If the endpoint cannot be called or refuses the transaction.
        """
        return self.score_many([transaction])[0]

    def score_many(self, transactions: Sequence[Transaction]) -> list[Score]:
        """Score transactions in one call, in order; at most 25 MB of JSON."""
        if not transactions:
            return []
        answers = self.probabilities(transactions)
        rule = self.rule
        try:
            return [
                Score(probability, rule.is_alert(probability, transaction))
                for probability, transaction in zip(answers, transactions, strict=True)
            ]
        except ArtifactError as error:
            raise CallError(str(error)) from None

    def probabilities(self, transactions: Sequence[Transaction]) -> list[float]:
        """Return the fraud probability of each transaction, without any rule."""
        rows = [dict(transaction) for transaction in transactions]
        with explained():
            response = self._runtime.invoke_endpoint(
                EndpointName=self.endpoint,
                ContentType="application/json",
                Accept="application/json",
                Body=json.dumps(rows, default=float).encode(),
            )
            answer = response["Body"].read()
        try:
            return [float(item["fraud_probability"]) for item in json.loads(answer)]
        except (ValueError, KeyError, TypeError):
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
        score = client.score(transaction)
    except CallError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps({**asdict(score), "decision_rule": client.rule.as_dict()}))
    else:
        print(f"Fraud probability  {score.fraud_probability:.6f}")
        print(f"Decision           {'alert' if score.alert else 'no alert'}")
        print(f"Rule               {describe(client.rule)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m serving.client",
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


if __name__ == "__main__":
    sys.exit(main())
