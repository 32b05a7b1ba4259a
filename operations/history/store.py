"""The store of histories: what a payment's service calls before the endpoint.

Recording and reading never raise because the table is slow or away: a history that is
not known in time is missing, and counted.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from artifact.history.definition import HistoryDefinition, feature_names_of
from artifact.history.state import EntityState, features_of_one, unknown
from operations.account.errors import explained
from operations.history import erasing, items, recording, reports
from operations.history.calls import WORKERS, Calls, outcome_of
from operations.history.event import Event, Transaction, read_event
from operations.history.table import HistoryTable, is_ahead, patient_client

#: The whole of reading and recording takes no longer; then the history is missing.
DEADLINE_SECONDS = 0.25


@dataclass(frozen=True)
class History:
    """The features from history of one transaction.

    Attributes
    ----------
    features : dict of str to float or None
        Feature name → value; None is unknown.
    missing : tuple of str
        Entities of the transaction of which nothing could be learnt in time.
    is_repeated : bool
        Whether the transaction's id had been recorded before.
    """

    features: Mapping[str, float | None]
    missing: tuple[str, ...] = ()
    is_repeated: bool = False


class Counters(Counter[str]):
    """How often what happened; several threads count."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def add(self, name: str, number: int = 1) -> None:
        """Count something."""
        with self._lock:
            self[name] += number


class HistoryStore:
    """Reads and records histories in one table; may be used by many threads.

    Parameters
    ----------
    table : str
        Name of the table.
    hash_key : bytes
        Secret of the keyed hashes that stand for ids.
    definition : HistoryDefinition
        Entities, columns and delay, as the model was trained with.
    session : boto3.Session
        Where credentials and region come from.
    deadline_seconds : float, optional
        After it a history is missing.

    Attributes
    ----------
    counters : Counters
        ``recorded``, ``read``, ``repeated`` (an id again), ``late`` (behind what an
        entity's item has seen), ``ahead`` (in the future: not recorded), ``missing``
        (an entity not known in time) and ``absent`` (one that the transaction lacks).
    """

    def __init__(
        self,
        table: str,
        *,
        hash_key: bytes,
        definition: HistoryDefinition,
        session: boto3.Session,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self.definition = definition
        self.counters = Counters()
        self._deadline_seconds = deadline_seconds
        self._session = session
        self._calls = Calls()
        with explained():
            self.dynamodb: Any = session.client(
                "dynamodb",
                config=Config(
                    connect_timeout=deadline_seconds,
                    read_timeout=deadline_seconds,
                    # A second try could count a transaction twice.
                    retries={"total_max_attempts": 1},
                    max_pool_connections=WORKERS,
                    tcp_keepalive=True,
                ),
            )
        self.table = HistoryTable(table, hash_key, definition, self.dynamodb)

    @cached_property
    def _patient(self) -> HistoryTable:
        """The table by a client that tries again: no payment waits for a report."""
        return replace(self.table, dynamodb=patient_client(self._session))

    def record(
        self, transaction: Transaction, transaction_id: str | None = None
    ) -> History:
        """Return the history before a transaction, and record it.

        With an id, a retry counts once and gets the features of the first try.

        Raises
        ------
        OperationError
            If the transaction has no usable time. Never because of the table.
        """
        event = read_event(transaction, self.table)
        if is_ahead(event.seconds):
            self.counters.add("ahead")
            return self._read(event)
        until = time.monotonic() + self._deadline_seconds
        if transaction_id is None:
            return self._recorded(event, event.keys, until)
        key = self.table.key_of("transaction", transaction_id)
        begun = outcome_of(self._calls.start(recording.claim, self.table, key), until)
        if not begun.is_known:
            # Whether it was recorded before is not known: it is not counted again.
            return self._finished({}, event)
        if begun.value is None:
            return self._recorded(event, event.keys, until, key)
        self.counters.add("repeated")
        features = recording.noted(self.table, begun.value)
        waiting = recording.refused_before(event, begun.value, features)
        if not waiting:
            return self._finished(features, event, is_repeated=True)
        return self._recorded(event, waiting, until, key, features, is_repeated=True)

    def read(self, transaction: Transaction) -> History:
        """Return the history before a transaction, without recording it.

        Raises
        ------
        OperationError
            If the transaction has no usable time. Never because of the table.
        """
        return self._read(read_event(transaction, self.table))

    def check(self, transactions: Iterable[Transaction]) -> None:
        """Refuse transactions that could not be recorded, before one of them is.

        Raises
        ------
        OperationError
            If one has no usable time.
        """
        for transaction in transactions:
            read_event(transaction, self.table)

    def report(
        self, transaction: Transaction, transaction_id: str, reported_seconds: int
    ) -> bool:
        """Add a fraud's report; False if that transaction's was added before.

        A transaction that was never recorded is reported all the same: the fraud is
        known, whoever saw the payment.

        Raises
        ------
        OperationError
            If the report's time cannot be, or the table cannot be written.
        """
        return reports.report(
            self._patient, transaction, transaction_id, reported_seconds
        )

    def withdraw(self, transaction: Transaction, transaction_id: str) -> bool:
        """Take a report back; False if there is none.

        Raises
        ------
        OperationError
            If the table cannot be written.
        """
        return reports.withdraw(self._patient, transaction, transaction_id)

    def erase(self, entity: str, value: object) -> bool:
        """Erase one entity's history; False if there is none.

        Raises
        ------
        OperationError
            If the model looks at no such entity, or the table cannot be written.
        """
        return erasing.erase(self._patient, entity, value)

    def erase_transaction(self, transaction_id: str) -> bool:
        """Erase what was noted for a transaction's retry and report.

        Raises
        ------
        OperationError
            If the table cannot be written.
        """
        return erasing.erase_transaction(self._patient, transaction_id)

    def close(self) -> None:
        """Stop the threads and close the connections."""
        self._calls.close()
        self.dynamodb.close()
        if "_patient" in self.__dict__:
            self._patient.dynamodb.close()

    def _recorded(
        self,
        event: Event,
        keys: Mapping[str, str],
        until: float,
        transaction_key: str | None = None,
        given: Mapping[str, list[float]] | None = None,
        *,
        is_repeated: bool = False,
    ) -> History:
        """Record an event for these entities, all at once."""
        futures = {
            entity: self._calls.start(recording.record_event, self.table, key, event)
            for entity, key in keys.items()
        }
        features = dict(given or {})
        unsure: set[str] = set()
        for entity, future in futures.items():
            outcome = outcome_of(future, until)
            if outcome.is_known:
                state, is_late = outcome.value
                features[entity] = self._features(state, event)
                self.counters.add("late", is_late)
            elif outcome.may_be_done:
                unsure.add(entity)
        self.counters.add("recorded", len(features) > len(given or {}))
        if transaction_key is not None:
            started = self._calls.start(
                recording.note, self.table, transaction_key, features, unsure
            )
            outcome_of(started, until)
        return self._finished(features, event, is_repeated=is_repeated)

    def _read(self, event: Event) -> History:
        until = time.monotonic() + self._deadline_seconds
        found: Mapping[str, EntityState] = {}
        if event.keys:
            started = self._calls.start(_states, self.table, event)
            found = outcome_of(started, until).value or {}
        self.counters.add("read")
        features = {
            entity: self._features(state, event) for entity, state in found.items()
        }
        return self._finished(features, event)

    def _features(self, state: EntityState, event: Event) -> list[float]:
        return features_of_one(state, event.seconds, event.amount, self.definition)

    def _finished(
        self,
        features: Mapping[str, list[float]],
        event: Event,
        *,
        is_repeated: bool = False,
    ) -> History:
        named: dict[str, float | None] = {}
        for entity in self.definition.entities:
            values = features.get(entity) or unknown()
            for name, value in zip(feature_names_of(entity), values, strict=True):
                named[name] = None if math.isnan(value) else value
        missing = tuple(entity for entity in event.keys if entity not in features)
        self.counters.add("missing", bool(missing))
        self.counters.add("absent", len(event.keys) < len(self.definition.entities))
        return History(named, missing, is_repeated)


def _states(table: HistoryTable, event: Event) -> dict[str, EntityState]:
    """Entity → its state; without those that DynamoDB did not get round to."""
    keys = [{items.KEY: {"S": key}} for key in sorted(set(event.keys.values()))]
    answer = table.dynamodb.batch_get_item(RequestItems={table.name: {"Keys": keys}})
    rest = answer.get("UnprocessedKeys", {}).get(table.name, {}).get("Keys", [])
    unread = {key[items.KEY]["S"] for key in rest}
    found = {
        item[items.KEY]["S"]: item for item in answer["Responses"].get(table.name, [])
    }
    return {
        entity: items.state_of(found.get(key))
        for entity, key in event.keys.items()
        if key not in unread
    }
