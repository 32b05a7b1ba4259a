"""A table of histories in memory, and payments for it."""

from pathlib import Path
from typing import Any

import boto3
import numpy as np

from artifact.history.asof import Table
from artifact.history.definition import SECONDS_PER_DAY, HistoryDefinition
from artifact.history.snapshot import write_snapshot
from operations.history.store import HistoryStore

DAY = SECONDS_PER_DAY
START = 20_000 * DAY
SESSION = boto3.Session(region_name="eu-west-1")
DEFINITION = HistoryDefinition(("card", "shop"), "time", "amount")


def new_store(name: str) -> HistoryStore:
    store = HistoryStore(
        name,
        hash_key=b"secret",
        definition=DEFINITION,
        session=SESSION,
        deadline_seconds=20.0,
    )
    store.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    return store


def payment(seconds: float, amount: float = 10.0, **other: Any) -> dict[str, Any]:
    return {"time": START + seconds, "amount": amount, "card": 7, "shop": "a", **other}


def item_of(store: HistoryStore, entity: str, text: str) -> dict[str, Any]:
    key = {"id": {"S": store.table.key_of(entity, text)}}
    found = store.dynamodb.get_item(TableName=store.table.name, Key=key)
    return dict(found.get("Item", {}))


def snapshot(path: Path, *, days: list[int]) -> Path:
    """Card 7 and shop a, one transaction of 10.00 on each of these days."""
    count = len(days)
    table = Table(
        codes=np.zeros(count, dtype=np.int64),
        seconds=np.array([START + day * DAY + 50 for day in days], dtype=np.int64),
        minor=np.full(count, 1000, dtype=np.int64),
        amount_known=np.ones(count, dtype=bool),
        reported=np.array([0], dtype=np.intp),
        reported_seconds=np.array([START + (days[0] + 7) * DAY], dtype=np.int64),
    )
    write_snapshot(path, DEFINITION, [table, table], [["7"], ["a"]])
    return path
