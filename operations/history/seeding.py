"""Fill the table with the histories at the end of the training data."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, cast

from botocore.exceptions import ClientError

from artifact.history.snapshot import read_snapshot
from artifact.history.state import EntityState
from operations.account.errors import explained
from operations.history import items
from operations.history.calls import WORKERS, condition_failed
from operations.history.table import HistoryTable, publish_definition

_BATCH = 1000
#: A payment may change an item while it is being seeded.
_TRIES = 4

Tell = Callable[[str], None]


def seed(table: HistoryTable, snapshot: Path, tell: Tell) -> int:
    """Write a snapshot's histories; return how many items were written.

    Setting the same days again changes nothing, so it may be broken off and run
    again; it renews the items' expiry. An item that a payment has touched gets the
    days before its first one only, and of these none that a late payment has touched.

    Raises
    ------
    OperationError
        If the table cannot be written.
    ArtifactError
        If the snapshot cannot be read.
    """
    expires_at = table.expires_at()
    entries = read_snapshot(snapshot, table.definition)
    written = 0
    with explained(), ThreadPoolExecutor(WORKERS) as executor:
        while batch := list(islice(entries, _BATCH)):
            writes = [
                executor.submit(_write, table, *entry, expires_at=expires_at)
                for entry in batch
            ]
            written += sum(write.result() for write in writes)
            tell(f"{written:,} histories")
        publish_definition(table)
    return written


def _write(
    table: HistoryTable,
    entity: str,
    value: str,
    state: EntityState,
    *,
    expires_at: int,
) -> bool:
    live: items.Item | None = None
    for _ in range(_TRIES):
        update = items.seed_update(state, live, expires_at)
        if update is None:
            return False
        try:
            table.dynamodb.update_item(
                **table.where(table.key_of(entity, value)), **update
            )
        except ClientError as error:
            if not condition_failed(error):
                raise
            live = cast("dict[str, Any]", error.response)["Item"]
        else:
            return True
    return False
