"""The table of histories: where an item is, how long it stays, what it was filled for.

No id is in it: an HMAC of it is, under a key that only callers have.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from artifact.errors import ArtifactError
from artifact.history.definition import (
    SECONDS_PER_DAY,
    HistoryDefinition,
    parse_definition,
)
from operations.account.errors import OperationError, explained
from operations.history import items

#: How long a transaction's id is remembered, in which a retry counts once.
RETRY_SECONDS = 2 * SECONDS_PER_DAY
#: How far a transaction's time may be ahead of this machine's clock.
SKEW_SECONDS = SECONDS_PER_DAY


@dataclass(frozen=True)
class HistoryTable:
    """One environment's table, as its callers see it.

    Attributes
    ----------
    name : str
    hash_key : bytes
        Secret of the keyed hashes that stand for ids.
    definition : HistoryDefinition
        Entities, columns and delay, as the model was trained with.
    dynamodb : boto3 client
    """

    name: str
    hash_key: bytes
    definition: HistoryDefinition
    dynamodb: Any

    def key_of(self, kind: str, text: str) -> str:
        """Return the key of an item: of an entity, a transaction or a report."""
        return items.keyed_hash(self.hash_key, kind, text)

    def where(self, key: str) -> dict[str, Any]:
        """Return a call's arguments that name an item."""
        return {"TableName": self.name, "Key": {items.KEY: {"S": key}}}

    def get(self, key: str) -> items.Item | None:
        """Read one item, as it is after all that was written."""
        found: items.Item | None = self.dynamodb.get_item(
            **self.where(key), ConsistentRead=True
        ).get("Item")
        return found

    def expires_at(self) -> int:
        """When DynamoDB may drop a history that is written now.

        By the wall clock, unlike every feature: it is about storage, and a table's
        time may begin anywhere.
        """
        return now_seconds() + (self.definition.kept_days + 1) * SECONDS_PER_DAY


def now_seconds() -> int:
    """Return the wall clock: for what is stored, never for a feature."""
    return int(time.time())


def is_ahead(seconds: int) -> bool:
    """Whether a time lies further in the future than clocks differ.

    It would push every day out of its item's windows, and days once removed are lost.
    """
    return seconds > now_seconds() + SKEW_SECONDS


def patient_client(session: boto3.Session, connections: int = 8) -> Any:  # noqa: ANN401
    """Return a client that tries again, for what no payment waits for."""
    with explained():
        return session.client(
            "dynamodb",
            config=Config(
                retries={"mode": "standard", "total_max_attempts": 5},
                max_pool_connections=connections,
            ),
        )


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


def publish_definition(table: HistoryTable) -> None:
    """Write what the table holds, for the callers to read."""
    table.dynamodb.put_item(
        TableName=table.name,
        Item={
            items.KEY: {"S": items.DEFINITION_ID},
            "definition": {"S": json.dumps(table.definition.as_dict())},
        },
    )
