"""The states of a transaction's entities: read in one call, and what they tell."""

from collections.abc import Iterable

from artifact.history.state import EntityState
from operations.history import items
from operations.history.event import Event
from operations.history.table import HistoryTable


def states_of(table: HistoryTable, event: Event) -> dict[str, EntityState]:
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


def is_not_later(event: Event, states: Iterable[EntityState]) -> bool:
    """Whether an entity has a transaction of this second or after it."""
    return any(
        state.last_seconds is not None and event.seconds <= state.last_seconds
        for state in states
    )
