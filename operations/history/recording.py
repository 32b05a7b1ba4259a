"""Record a transaction in its entities' items: once, whatever is tried again."""

import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Noted:
    """What earlier tries of a transaction noted."""

    features: Features = field(default_factory=dict)
    #: Entities that may have been recorded: AWS did not answer.
    unsure: frozenset[str] = frozenset()


def record_event(
    table: HistoryTable, key: str, event: Event
) -> tuple[EntityState, bool]:
    """Record in one item; return its state before, and whether the event is late."""
    kept, expires = table.definition.kept_days, table.expires_at()
    seconds, minor = event.seconds, event.minor
    update = items.record_update(seconds, minor, kept, expires)
    try:
        old = table.dynamodb.update_item(**table.where(key), **update)
    except ClientError as error:
        if not condition_failed(error):
            raise
        found = cast("dict[str, Any]", error.response)["Item"]
        state = items.state_of(found)
        if ((state.last_seconds or 0) - seconds) // SECONDS_PER_DAY >= kept:
            return state, True  # of a day that no later transaction looks at
        update = items.late_update(seconds, minor, expires, found)
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


def claim_again(
    table: HistoryTable, key: str, item: items.Item, entities: Collection[str]
) -> bool:
    """Claim what earlier tries surely did not record; False if another retry has.

    The mark is gone until `note` sets it again: what a retry that is broken off in
    between has recorded is not known.
    """
    absent = [
        f"attribute_not_exists(f{index})"
        for index, entity in enumerate(table.definition.entities)
        if entity in entities
    ]
    try:
        table.dynamodb.update_item(
            **table.where(key),
            UpdateExpression=f"REMOVE {_DONE}",
            ConditionExpression=" AND ".join([f"{_DONE} = :{_DONE}", *absent]),
            ExpressionAttributeValues={f":{_DONE}": item[_DONE]},
        )
    except ClientError as error:
        if not condition_failed(error):
            raise
        return False
    return True


def note(table: HistoryTable, key: str, found: Noted) -> None:
    """Note at a transaction's id what was found, for a retry."""
    values: dict[str, Any] = {
        f":f{index}": {"B": _PACKED.pack(*found.features[entity])}
        for index, entity in enumerate(table.definition.entities)
        if entity in found.features
    }
    sets = [f"f{name[2:]} = {name}" for name in values]
    # DynamoDB has no empty sets.
    values[f":{_DONE}"] = (
        {"SS": sorted(found.unsure)} if found.unsure else {"BOOL": True}
    )
    table.dynamodb.update_item(
        **table.where(key),
        UpdateExpression=f"SET {', '.join([*sets, f'{_DONE} = :{_DONE}'])}",
        ExpressionAttributeValues=values,
    )


def noted(table: HistoryTable, item: items.Item) -> Noted:
    """Return what the tries before noted."""
    return Noted(
        {
            entity: list(_PACKED.unpack(item[f"f{index}"]["B"]))
            for index, entity in enumerate(table.definition.entities)
            if f"f{index}" in item
        },
        frozenset(item.get(_DONE, {}).get("SS", ())),
    )


def refused_before(event: Event, item: items.Item, found: Noted) -> dict[str, str]:
    """Entity → key, of those that the tries before surely did not record.

    Without the mark a try was broken off, or still runs: what it recorded is not
    known, and counting once too few is better than twice.
    """
    if _DONE not in item:
        return {}
    return {
        entity: key
        for entity, key in event.keys.items()
        if entity not in found.features and entity not in found.unsure
    }
