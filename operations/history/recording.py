"""Record a transaction in its entities' items: once, whatever is tried again."""

import struct
from collections.abc import Mapping
from typing import Any, cast

from botocore.exceptions import ClientError

from artifact.history.definition import FEATURES, SECONDS_PER_DAY
from artifact.history.state import EntityState
from operations.history import items
from operations.history.calls import condition_failed
from operations.history.event import Event
from operations.history.table import RETRY_SECONDS, HistoryTable, now_seconds

_PACKED = struct.Struct(f">{len(FEATURES)}d")
_DONE = "done"

#: Entity → its features.
Features = Mapping[str, list[float]]


def record_event(
    table: HistoryTable, key: str, event: Event
) -> tuple[EntityState, bool]:
    """Record in one item; return its state before, and whether the event is late."""
    kept, expires = table.definition.kept_days, table.expires_at()
    seconds, minor = event.seconds, event.minor
    update = items.record_update(seconds, minor, kept, expires, is_late=False)
    try:
        old = table.dynamodb.update_item(**table.where(key), **update)
    except ClientError as error:
        if not condition_failed(error):
            raise
        state = items.state_of(cast("dict[str, Any]", error.response)["Item"])
        if ((state.last_seconds or 0) - seconds) // SECONDS_PER_DAY >= kept:
            return state, True  # of a day that no later transaction looks at
        update = items.record_update(seconds, minor, kept, expires, is_late=True)
        old = table.dynamodb.update_item(**table.where(key), **update)
        return items.state_of(old.get("Attributes")), True
    return items.state_of(old.get("Attributes")), False


def claim(table: HistoryTable, key: str) -> items.Item | None:
    """Claim a transaction's id; return what is there where it was claimed before."""
    try:
        table.dynamodb.put_item(
            TableName=table.name,
            Item={
                items.KEY: {"S": key},
                items.EXPIRES_AT: items.number(now_seconds() + RETRY_SECONDS),
            },
            ConditionExpression=f"attribute_not_exists({items.KEY})",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if not condition_failed(error):
            raise
        old: items.Item = cast("dict[str, Any]", error.response)["Item"]
        return old
    return None


def note(table: HistoryTable, key: str, features: Features, unsure: set[str]) -> None:
    """Note at a transaction's id what was found, for a retry.

    `unsure` are entities that may have been recorded: AWS did not answer.
    """
    values: dict[str, Any] = {
        f":f{index}": {"B": _PACKED.pack(*features[entity])}
        for index, entity in enumerate(table.definition.entities)
        if entity in features
    }
    sets = [f"f{name[2:]} = {name}" for name in values]
    # DynamoDB has no empty sets.
    values[f":{_DONE}"] = {"SS": sorted(unsure)} if unsure else {"BOOL": True}
    table.dynamodb.update_item(
        **table.where(key),
        UpdateExpression=f"SET {', '.join([*sets, f'{_DONE} = :{_DONE}'])}",
        ExpressionAttributeValues=values,
    )


def noted(table: HistoryTable, item: items.Item) -> dict[str, list[float]]:
    """Return the features that the first try found."""
    return {
        entity: list(_PACKED.unpack(item[f"f{index}"]["B"]))
        for index, entity in enumerate(table.definition.entities)
        if f"f{index}" in item
    }


def refused_before(
    event: Event, item: items.Item, features: Features
) -> dict[str, str]:
    """Entity → key, of those that the first try surely did not record.

    Without the mark the first try was broken off, or still runs: what it recorded is
    not known, and counting once too few is better than twice.
    """
    if _DONE not in item:
        return {}
    unsure = item[_DONE].get("SS", [])
    return {
        entity: key
        for entity, key in event.keys.items()
        if entity not in features and entity not in unsure
    }
