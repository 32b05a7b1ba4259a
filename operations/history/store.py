"""The table of histories: what a payment's service calls before the endpoint.

Nothing here raises because the table is slow or away: a history that is not known in
time is missing, and counted.
"""

import json
import math
import struct
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from artifact.columns import Column, Kind
from artifact.errors import ArtifactError
from artifact.history.definition import (
    FEATURES,
    SECONDS_PER_DAY,
    HistoryDefinition,
    feature_names_of,
    parse_definition,
)
from artifact.history.identity import entity_text
from artifact.history.state import (
    EntityState,
    features_of_one,
    minor_units_of,
    unknown,
)
from artifact.values import encoder
from operations.account.errors import OperationError, explained
from operations.history import items

#: The whole of reading and recording takes no longer; then the history is missing.
DEADLINE_SECONDS = 0.25
#: How long a transaction's id is remembered, in which a retry counts once.
RETRY_SECONDS = 2 * SECONDS_PER_DAY
_WORKERS = 8
_PACKED = struct.Struct(f">{len(FEATURES)}d")


@dataclass(frozen=True)
class History:
    """The features from history of one transaction.

    Attributes
    ----------
    features : dict of str to float or None
        Feature name → value; None is unknown.
    missing : tuple of str
        Entities of which nothing could be learnt in time.
    is_repeated : bool
        Whether the transaction's id had been recorded before.
    """

    features: Mapping[str, float | None]
    missing: tuple[str, ...] = ()
    is_repeated: bool = False


@dataclass(frozen=True)
class _Event:
    """What of a transaction its history needs."""

    seconds: int
    amount: float
    minor: int
    #: Entity → key of its item; without those that the transaction lacks.
    keys: Mapping[str, str]


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
        self.table = table
        self.definition = definition
        #: "recorded", "read", "repeated", "late", "missing" → how often.
        self.counters: Counter[str] = Counter()
        self._hash_key = hash_key
        self._deadline_seconds = deadline_seconds
        self._executor = ThreadPoolExecutor(_WORKERS, "history")
        with explained():
            self.dynamodb: Any = session.client(
                "dynamodb",
                config=Config(
                    connect_timeout=deadline_seconds,
                    read_timeout=deadline_seconds,
                    # A second try could count a transaction twice.
                    retries={"total_max_attempts": 1},
                    max_pool_connections=_WORKERS,
                    tcp_keepalive=True,
                ),
            )

    def record(
        self, transaction: Mapping[str, Any], transaction_id: str | None = None
    ) -> History:
        """Return the history before a transaction, and record it.

        With an id, a retry counts once and gets the features of the first try.

        Raises
        ------
        OperationError
            If the transaction has no usable time. Never because of the table.
        """
        event = self._event(transaction)
        until = time.monotonic() + self._deadline_seconds
        if transaction_id is None:
            return self._recorded(event, dict(event.keys), until)
        key = items.keyed_hash(self._hash_key, "transaction", transaction_id)
        try:
            begun = self._executor.submit(self._begin, key).result(_left(until))
        except (ClientError, BotoCoreError, TimeoutError):
            # Whether it was recorded before is not known: it is not counted again.
            return self._finished({}, ())
        if begun is None:
            history = self._recorded(event, dict(event.keys), until, key)
        else:
            history = self._repeated(event, begun, until, key)
        return history

    def read(self, transaction: Mapping[str, Any]) -> History:
        """Return the history before a transaction, without recording it.

        Raises
        ------
        OperationError
            If the transaction has no usable time. Never because of the table.
        """
        event = self._event(transaction)
        found: dict[str, EntityState] = {}
        until = time.monotonic() + self._deadline_seconds
        if event.keys:
            try:
                found = self._executor.submit(self._states, event).result(_left(until))
            except (ClientError, BotoCoreError, TimeoutError):
                found = {}
        self.counters["read"] += 1
        features = {
            entity: self._features(state, event) for entity, state in found.items()
        }
        return self._finished(features, tuple(event.keys))

    def report(
        self,
        transaction: Mapping[str, Any],
        transaction_id: str,
        reported_seconds: int,
    ) -> bool:
        """Add a fraud's report; False if that transaction's was added before.

        A transaction that was never recorded is reported all the same: the fraud is
        known, whoever saw the payment.

        Raises
        ------
        OperationError
            If the table cannot be written.
        """
        day = reported_seconds // SECONDS_PER_DAY
        key = items.keyed_hash(self._hash_key, "report", transaction_id)
        expires = self._expires()
        return self._change_reports(
            transaction,
            {
                "Put": {
                    "TableName": self.table,
                    "Item": {
                        items.KEY: {"S": key},
                        "day": items.number(day),
                        items.EXPIRES_AT: items.number(expires),
                    },
                    "ConditionExpression": f"attribute_not_exists({items.KEY})",
                }
            },
            items.report_update(day, 1, expires),
        )

    def withdraw(self, transaction: Mapping[str, Any], transaction_id: str) -> bool:
        """Take a report back; False if there is none.

        Raises
        ------
        OperationError
            If the table cannot be written.
        """
        key = items.keyed_hash(self._hash_key, "report", transaction_id)
        with explained():
            found = self.dynamodb.get_item(
                TableName=self.table, Key={items.KEY: {"S": key}}, ConsistentRead=True
            ).get("Item")
        if found is None:
            return False
        return self._change_reports(
            transaction,
            {
                "Delete": {
                    "TableName": self.table,
                    "Key": {items.KEY: {"S": key}},
                    "ConditionExpression": f"attribute_exists({items.KEY})",
                }
            },
            items.report_update(int(found["day"]["N"]), -1, self._expires()),
        )

    def erase(self, entity: str, value: object) -> bool:
        """Delete one entity's history; False if there is none.

        Raises
        ------
        OperationError
            If the model looks at no such entity, or the table cannot be written.
        """
        if entity not in self.definition.entities:
            raise OperationError(
                f"{entity!r} is no entity of this table, expected one of "
                f"{', '.join(self.definition.entities)}."
            )
        text = entity_text(value)
        if text is None:
            return False
        with explained():
            old = self.dynamodb.delete_item(
                TableName=self.table,
                Key={items.KEY: {"S": self.key_of(entity, text)}},
                ReturnValues="ALL_OLD",
            )
        return "Attributes" in old

    def key_of(self, entity: str, text: str) -> str:
        """Return the key of an entity's item."""
        return items.keyed_hash(self._hash_key, entity, text)

    def close(self) -> None:
        """Stop the threads and close the connections."""
        self._executor.shutdown()
        self.dynamodb.close()

    def _event(self, transaction: Mapping[str, Any]) -> _Event:
        definition = self.definition
        seconds = self._seconds(transaction.get(definition.time))
        if not 0 <= seconds < 2**53:
            raise OperationError(
                f"{definition.time}: expected the transaction's time in seconds since "
                "1970, or since the beginning that training used; add it."
            )
        amount = _number(transaction.get(definition.amount))
        keys = {
            entity: self.key_of(entity, text)
            for entity in definition.entities
            if (text := entity_text(transaction.get(entity))) is not None
        }
        minor = minor_units_of(amount, definition.minor_units)
        return _Event(math.floor(seconds), amount, minor, keys)

    def _seconds(self, value: object) -> float:
        """Return a time as training read it; NaN where it cannot be read."""
        definition = self.definition
        if not definition.time_format:
            return _number(value)
        column = Column(
            definition.time, Kind.TIMESTAMP, time_format=definition.time_format
        )
        try:
            return encoder(column)(value)
        except ValueError:
            return math.nan

    def _begin(self, key: str) -> Mapping[str, Any] | None:
        """Claim a transaction's id; return what is there where it was claimed."""
        try:
            self.dynamodb.put_item(
                TableName=self.table,
                Item={
                    items.KEY: {"S": key},
                    items.EXPIRES_AT: items.number(int(time.time()) + RETRY_SECONDS),
                },
                ConditionExpression=f"attribute_not_exists({items.KEY})",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not _condition_failed(error):
                raise
            old: Mapping[str, Any] = cast("dict[str, Any]", error.response)["Item"]
            return old
        return None

    def _recorded(
        self,
        event: _Event,
        keys: Mapping[str, str],
        until: float,
        transaction_key: str | None = None,
        given: Mapping[str, list[float]] | None = None,
    ) -> History:
        """Record an event for these entities, all at once."""
        futures = {
            entity: self._executor.submit(self._update, key, event)
            for entity, key in keys.items()
        }
        features = dict(given or {})
        unsure: set[str] = set()
        for entity, future in futures.items():
            state, may_be_recorded = _outcome(future, until)
            if state is not None:
                features[entity] = self._features(state, event)
            elif may_be_recorded:
                unsure.add(entity)
        self.counters["recorded"] += bool(futures)
        if transaction_key is not None:
            finish = self._executor.submit(
                self._finish, transaction_key, features, unsure
            )
            _outcome(finish, until)
        return self._finished(features, tuple(event.keys))

    def _repeated(
        self, event: _Event, begun: Mapping[str, Any], until: float, key: str
    ) -> History:
        """Answer a retry: what the first try found, and what it did not record."""
        features = {
            entity: list(_PACKED.unpack(begun[f"f{index}"]["B"]))
            for index, entity in enumerate(self.definition.entities)
            if f"f{index}" in begun
        }
        self.counters["repeated"] += 1
        waiting: dict[str, str] = {}
        # Without the mark the first try was broken off, or still runs: what it
        # recorded is not known, and counting once too few is better than twice.
        if "done" in begun:
            unsure = begun["done"].get("SS", [])
            waiting = {
                entity: item_key
                for entity, item_key in event.keys.items()
                if entity not in features and entity not in unsure
            }
        if not waiting:
            missing = self._finished(features, tuple(event.keys))
            return History(missing.features, missing.missing, is_repeated=True)
        history = self._recorded(event, waiting, until, key, features)
        return History(history.features, history.missing, is_repeated=True)

    def _update(self, key: str, event: _Event) -> EntityState:
        """Record in one item; return its state before."""
        where = self._where(key)
        kept, expires = self.definition.kept_days, self._expires()
        update = items.record_update(
            event.seconds, event.minor, kept, expires, is_late=False
        )
        try:
            old = self.dynamodb.update_item(**where, **update)
        except ClientError as error:
            if not _condition_failed(error):
                raise
            self.counters["late"] += 1
            old = cast("dict[str, Any]", error.response)["Item"]
            state = items.state_of(old)
            last = state.last_seconds or 0
            if (last - event.seconds) // SECONDS_PER_DAY >= kept:
                return state  # of a day that no later transaction looks at
            update = items.record_update(
                event.seconds, event.minor, kept, expires, is_late=True
            )
            old = self.dynamodb.update_item(**where, **update)
        return items.state_of(old.get("Attributes"))

    def _finish(
        self, key: str, features: Mapping[str, list[float]], unsure: set[str]
    ) -> None:
        """Note what was recorded, for a retry."""
        values: dict[str, Any] = {
            f":f{index}": {"B": _PACKED.pack(*features[entity])}
            for index, entity in enumerate(self.definition.entities)
            if entity in features
        }
        sets = [f"f{name[2:]} = {name}" for name in values]
        # DynamoDB has no empty sets.
        values[":done"] = {"SS": sorted(unsure)} if unsure else {"BOOL": True}
        self.dynamodb.update_item(
            TableName=self.table,
            Key={items.KEY: {"S": key}},
            UpdateExpression=f"SET {', '.join([*sets, 'done = :done'])}",
            ExpressionAttributeValues=values,
        )

    def _states(self, event: _Event) -> dict[str, EntityState]:
        keys = [{items.KEY: {"S": key}} for key in sorted(set(event.keys.values()))]
        answer = self.dynamodb.batch_get_item(RequestItems={self.table: {"Keys": keys}})
        rest = answer.get("UnprocessedKeys", {}).get(self.table, {}).get("Keys", [])
        unread = {key[items.KEY]["S"] for key in rest}
        found = {
            item[items.KEY]["S"]: item
            for item in answer["Responses"].get(self.table, [])
        }
        return {
            entity: items.state_of(found.get(key))
            for entity, key in event.keys.items()
            if key not in unread
        }

    def _features(self, state: EntityState, event: _Event) -> list[float]:
        return features_of_one(state, event.seconds, event.amount, self.definition)

    def _finished(
        self, features: Mapping[str, list[float]], asked: tuple[str, ...]
    ) -> History:
        named: dict[str, float | None] = {}
        for entity in self.definition.entities:
            values = features.get(entity) or unknown()
            for name, value in zip(feature_names_of(entity), values, strict=True):
                named[name] = None if math.isnan(value) else value
        entities = asked or self.definition.entities
        missing = tuple(entity for entity in entities if entity not in features)
        self.counters["missing"] += bool(missing)
        return History(named, missing)

    def _change_reports(
        self,
        transaction: Mapping[str, Any],
        once: dict[str, Any],
        update: dict[str, Any],
    ) -> bool:
        """Change every entity's reports and the mark of the transaction, or nothing."""
        where = [
            {
                "TableName": self.table,
                "Key": {items.KEY: {"S": self.key_of(name, text)}},
            }
            for name in self.definition.entities
            if (text := entity_text(transaction.get(name))) is not None
        ]
        changes = [once, *({"Update": {**key, **update}} for key in where)]
        with explained():
            try:
                self.dynamodb.transact_write_items(TransactItems=changes)
            except self.dynamodb.exceptions.TransactionCanceledException as error:
                reasons = error.response.get("CancellationReasons", [{}])
                if reasons[0].get("Code") != "ConditionalCheckFailed":
                    raise
                return False
        return True

    def _where(self, key: str) -> dict[str, Any]:
        return {"TableName": self.table, "Key": {items.KEY: {"S": key}}}

    def _expires(self) -> int:
        """When DynamoDB may drop what is written now.

        By the wall clock, unlike every feature: it is about storage, and a table's
        time may begin anywhere.
        """
        return int(time.time()) + (self.definition.kept_days + 1) * SECONDS_PER_DAY


def read_definition(session: boto3.Session, table: str) -> HistoryDefinition | None:
    """Read what the table was filled for; None if it never was.

    Raises
    ------
    OperationError
        If it cannot be read.
    """
    with explained():
        found = (
            session.client("dynamodb")
            .get_item(TableName=table, Key={items.KEY: {"S": items.DEFINITION_ID}})
            .get("Item")
        )
    if found is None:
        return None
    try:
        return parse_definition(json.loads(found["definition"]["S"]))
    except (ArtifactError, ValueError, KeyError, TypeError) as error:
        raise OperationError(
            f"The table {table} holds no definition ({error})."
        ) from None


def _outcome(future: "Future[Any]", until: float) -> tuple[Any, bool]:
    """Return a call's result, or None and whether it may have been carried out."""
    try:
        return future.result(_left(until)), True
    except TimeoutError:
        return None, True
    except ClientError as error:
        status = error.response["ResponseMetadata"].get("HTTPStatusCode", 500)
        return None, status >= 500  # noqa: PLR2004 - refused before anything was done
    except BotoCoreError:
        return None, True


def _left(until: float) -> float:
    return max(until - time.monotonic(), 0.0)


def _condition_failed(error: ClientError) -> bool:
    return error.response["Error"].get("Code") == "ConditionalCheckFailedException"


def _number(value: object) -> float:
    if isinstance(value, bool) or value is None:
        return math.nan
    try:
        return float(cast("float", value))
    except (TypeError, ValueError):
        return math.nan
