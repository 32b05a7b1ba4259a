"""Score transactions on a live endpoint and apply the published decision rule.

An application imports `FraudClient`; ``fraud score`` is the same for a file.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import ClientError

from artifact.decision import DecisionRule
from artifact.errors import ArtifactError
from artifact.history.words import value_in_words
from artifact.scoring.reasons import Reason
from operations.account.absent import absent
from operations.account.credentials import aws_session
from operations.account.errors import OperationError, explained
from operations.history.store import History, HistoryStore
from operations.named_values import Transaction, named_row
from operations.request_body import csv_body, json_body, json_row
from operations.rule.published import find_parameter, read_rule


@dataclass(frozen=True)
class Score:
    """A transaction's fraud probability, and whether the rule asks for a review."""

    fraud_probability: float
    alert: bool
    #: The features that moved the score most, when they were asked for.
    reasons: tuple[Reason, ...] = ()
    #: Entities whose history was not known in time; the score is without it.
    history_missing: tuple[str, ...] = ()
    #: The features from history that were sent; None is unknown.
    history: Mapping[str, float | None] = field(default_factory=dict, repr=False)

    def in_words(self, reason: Reason) -> str:
        """Return what a reason says, such as "CARD: 7 transactions today, usually 1.2".

        "" for a feature of the transaction itself, which speaks for itself.
        """
        return value_in_words(reason.feature, self.history)


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
    history : HistoryStore, optional
        For a model that looks at histories: they are read, recorded, and sent with
        the transaction; the ids of the entities are not sent.
    feature_names : sequence of str, optional
        The manifest's, for transactions that are lists of values.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        decision_rule_parameter: str = "",
        rule_max_age_seconds: float = 60.0,
        session: boto3.Session | None = None,
        history: HistoryStore | None = None,
        feature_names: Sequence[str] = (),
    ) -> None:
        self.endpoint = endpoint
        self._feature_names = tuple(feature_names)
        self._history = history
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

    def score(
        self,
        transaction: Transaction,
        *,
        reasons: int = 0,
        transaction_id: str | None = None,
        record: bool = True,
    ) -> Score:
        """Score one transaction, given as column → value or as a list of values.

        `reasons` asks for that many features that moved the score most. With a
        history, the transaction is recorded in it unless `record` is false, and once
        only for each `transaction_id`.

        Raises
        ------
        OperationError
            If the endpoint cannot be called or refuses the transaction.
        """
        own = self._named(transaction)
        row = json_row(own)
        history = self._look_up(own, transaction_id, record=record)
        answer = self._invoke(self._sent(row, history), reasons)
        with self._understood():
            probability = float(answer["fraud_probability"])
            given = tuple(Reason(**reason) for reason in answer.get("reasons", ()))
        alert = self._is_alert(probability, own)
        return Score(probability, alert, given, history.missing, history.features)

    def score_many(
        self,
        transactions: Sequence[Transaction],
        *,
        reasons: int = 0,
        transaction_ids: Sequence[str] | None = None,
        record: bool = True,
        are_texts: bool = False,
    ) -> list[Score]:
        """Score transactions in one call, in order; at most 25 MB.

        With a history, each is recorded in its turn unless `record` is false, and
        marked where its history was missing. None is recorded if one of them has no
        usable time or cannot be sent; what the endpoint refuses is known after it was
        recorded: with `transaction_ids` the corrected list counts once all the same.
        With `are_texts`, values are cells of a CSV with these columns, and sent as
        such: the endpoint knows what each holds.

        Raises
        ------
        OperationError
            If the endpoint cannot be called or refuses a transaction.
        """
        if not transactions:
            return []
        own = [*map(self._named, transactions)]
        rows = [*map(json_row, own)]
        if self._history is not None:
            self._history.check(own)
        ids: Sequence[str | None] = transaction_ids or [None] * len(transactions)
        histories = [
            self._look_up(transaction, transaction_id, record=record)
            for transaction, transaction_id in zip(own, ids, strict=True)
        ]
        sent = [*map(self._sent, rows, histories)]
        answer = self._invoke(
            csv_body(sent) if are_texts else sent,
            reasons,
            content_type="text/csv" if are_texts else "application/json",
        )
        with self._understood():
            answers = [
                (
                    float(item["fraud_probability"]),
                    tuple(Reason(**reason) for reason in item.get("reasons", ())),
                )
                for item in answer
            ]
            if len(answers) != len(sent):
                raise ValueError(len(answers))
        return [
            Score(
                probability,
                self._is_alert(probability, transaction),
                given,
                history.missing,
                history.features,
            )
            for (probability, given), transaction, history in zip(
                answers, own, histories, strict=True
            )
        ]

    def probabilities(self, transactions: Sequence[Transaction]) -> list[float]:
        """Return the fraud probability of each transaction, without any rule."""
        own = [*map(self._named, transactions)]
        rows = [*map(json_row, own)]
        if self._history is not None:
            self._history.check(own)
        histories = [self._look_up(each, None, record=True) for each in own]
        answer = self._invoke([*map(self._sent, rows, histories)])
        with self._understood():
            return [float(item["fraud_probability"]) for item in answer]

    def _named(self, transaction: Transaction) -> Mapping[str, Any]:
        if isinstance(transaction, Mapping):
            return transaction
        entities = self._history.definition.entities if self._history else ()
        return named_row(transaction, self._feature_names, entities)

    def _look_up(
        self,
        transaction: Mapping[str, Any],
        transaction_id: str | None,
        *,
        record: bool,
    ) -> History:
        if self._history is None:
            return History({})
        if record:
            return self._history.record(transaction, transaction_id)
        return self._history.read(transaction)

    def _sent(self, row: dict[str, Any], history: History) -> dict[str, Any]:
        """Return the row to send: with the features, without the entities' ids."""
        if self._history is None:
            return row
        entities = self._history.definition.entities
        own = {name: value for name, value in row.items() if name not in entities}
        return {**own, **history.features}

    def _is_alert(self, probability: float, transaction: Mapping[str, Any]) -> bool:
        try:
            return self.rule.is_alert(probability, transaction)
        except ArtifactError as error:
            raise OperationError(str(error)) from None

    def _invoke(
        self,
        payload: object,
        reasons: int = 0,
        *,
        content_type: str = "application/json",
    ) -> Any:  # noqa: ANN401 - JSON
        """Return the answer to a payload: what JSON can hold, or the text of a body."""
        body_text = payload if isinstance(payload, str) else json_body(payload)
        asked = {"CustomAttributes": f"explain={reasons}"} if reasons else {}
        with explained():
            try:
                response = self._runtime.invoke_endpoint(
                    EndpointName=self.endpoint,
                    ContentType=content_type,
                    Accept="application/json",
                    Body=body_text.encode(),
                    **asked,
                )
            except ClientError as error:
                # SageMaker has no code of its own for what does not exist.
                if not re.search(r"not f(ou|i)nd", str(error)):
                    raise
                raise absent(
                    self._session,
                    f"endpoint {self.endpoint}",
                    "deploy the serving stack, or name another endpoint.",
                    kind="endpoints",
                    there=self._endpoints,
                ) from None
            body = response["Body"].read()
        with self._understood():
            return json.loads(body)

    def _endpoints(self) -> list[str]:
        found = self._session.client("sagemaker").list_endpoints()["Endpoints"]
        return [endpoint["EndpointName"] for endpoint in found]

    @contextmanager
    def _understood(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, KeyError, TypeError, AttributeError):
            raise OperationError(
                f"The endpoint {self.endpoint} answered something else than fraud "
                "probabilities; is it an endpoint of this project?"
            ) from None
