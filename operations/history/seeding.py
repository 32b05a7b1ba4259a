"""Fill the table with the histories at the end of the training data."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, cast

from botocore.exceptions import ClientError

from artifact.history.definition import SECONDS_PER_DAY
from artifact.history.snapshot import read_snapshot
from artifact.history.state import EntityState
from operations.account.errors import explained
from operations.history import items
from operations.history.store import HistoryStore

_WORKERS = 8
_BATCH = 1000

Tell = Callable[[str], None]


def seed(store: HistoryStore, snapshot: Path, tell: Tell) -> int:
    """Write a snapshot's histories; return how many items were written.

    Setting the same days again changes nothing, so it may be broken off and run
    again. An item that a payment has touched gets the days before its first one only.

    Raises
    ------
    OperationError
        If the table cannot be written.
    ArtifactError
        If the snapshot cannot be read.
    """
    expires_at = int(time.time()) + (store.definition.kept_days + 1) * SECONDS_PER_DAY
    entries = read_snapshot(snapshot, store.definition)
    written = 0
    with explained(), ThreadPoolExecutor(_WORKERS) as executor:
        while batch := list(islice(entries, _BATCH)):
            writes = [
                executor.submit(_write, store, *entry, expires_at=expires_at)
                for entry in batch
            ]
            written += sum(write.result() for write in writes)
            tell(f"{written:,} histories")
        publish_definition(store)
    return written


def publish_definition(store: HistoryStore) -> None:
    """Write what the table holds, for the callers to read."""
    store.dynamodb.put_item(
        TableName=store.table,
        Item={
            items.KEY: {"S": items.DEFINITION_ID},
            "definition": {"S": json.dumps(store.definition.as_dict())},
        },
    )


def _write(
    store: HistoryStore,
    entity: str,
    value: str,
    state: EntityState,
    *,
    expires_at: int,
) -> bool:
    live_since: int | None = None
    for _ in range(2):
        update = items.seed_update(state, live_since, expires_at)
        if update is None:
            return False
        try:
            store.dynamodb.update_item(
                TableName=store.table,
                Key={items.KEY: {"S": store.key_of(entity, value)}},
                **update,
            )
        except ClientError as error:
            code = error.response["Error"].get("Code")
            if code != "ConditionalCheckFailedException":
                raise
            found = cast("dict[str, Any]", error.response)["Item"]
            live_since = int(found[items.LIVE_SINCE]["N"])
        else:
            return True
    return False
