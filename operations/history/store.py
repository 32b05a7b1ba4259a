"""The store of histories: what a payment's service calls before the endpoint.

Recording and reading never raise because the table is slow or away: a history that is
not known in time is missing, and counted.
"""

import math
import time
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
from operations.history.counters import Counters
from operations.history.event import Event, Transaction, read_event
from operations.history.reading import is_not_later, states_of
from operations.history.recording import Noted
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
        entity's item has seen), ``not_later`` (a transaction that is no later than what
        an entity's item has seen: the item may hold it already), ``ahead`` (in the
        future: not recorded), ``missing`` (an entity not known in time) and ``absent``
        (one that the transaction lacks).
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
        before = recording.noted(self.table, begun.value)
        waiting = recording.refused_before(event, begun.value, before)
        if not (waiting and self._claimed_again(key, begun.value, waiting, until)):
            return self._finished(before.features, event, is_repeated=True)
        return self._recorded(event, waiting, until, key, before)

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
        before: Noted | None = None,
    ) -> History:
        """Record an event for these entities, all at once.

        `before` is what earlier tries noted, None in the first.
        """
        futures = {
            entity: self._calls.start(recording.record_event, self.table, key, event)
            for entity, key in keys.items()
        }
        given = before or Noted()
        features, unsure = dict(given.features), set(given.unsure)
        states = []
        for entity, future in futures.items():
            outcome = outcome_of(future, until)
            if outcome.is_known:
                state, is_late = outcome.value
                features[entity] = self._features(state, event)
                states.append(state)
                self.counters.add("late", is_late)
            elif outcome.may_be_done:
                unsure.add(entity)
        self.counters.add("recorded", len(features) > len(given.features))
        self.counters.add("not_later", is_not_later(event, states))
        if transaction_key is not None:
            found = Noted(features, frozenset(unsure))
            started = self._calls.start(
                recording.note, self.table, transaction_key, found
            )
            outcome_of(started, until)
        return self._finished(features, event, is_repeated=before is not None)

    def _claimed_again(
        self, key: str, item: items.Item, entities: Mapping[str, str], until: float
    ) -> bool:
        """Whether this retry, and no other, records the entities that wait.

        Not where AWS did not answer: whether another one does is not known.
        """
        started = self._calls.start(
            recording.claim_again, self.table, key, item, tuple(entities)
        )
        return bool(outcome_of(started, until).value)

    def _read(self, event: Event) -> History:
        until = time.monotonic() + self._deadline_seconds
        found: Mapping[str, EntityState] = {}
        if event.keys:
            started = self._calls.start(states_of, self.table, event)
            found = outcome_of(started, until).value or {}
        self.counters.add("read")
        self.counters.add("not_later", is_not_later(event, found.values()))
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
