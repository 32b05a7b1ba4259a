"""Erase what the table knows of one id."""

from artifact.history.identity import entity_text
from operations.account.errors import OperationError, explained
from operations.history import items
from operations.history.table import HistoryTable

#: Before every day: a seed has none to set.
_NEVER = 0


def erase(table: HistoryTable, entity: str, value: object) -> bool:
    """Erase one entity's history; False if there is none.

    What stays, until it expires, is a mark without any day: a seed from data that
    still hold the id must not bring its history back.

    Raises
    ------
    OperationError
        If the model looks at no such entity, or the table cannot be written.
    """
    if entity not in table.definition.entities:
        raise OperationError(
            f"{entity!r} is no entity of this table, expected one of "
            f"{', '.join(table.definition.entities)}."
        )
    text = entity_text(value)
    if text is None:
        return False
    mark = {
        items.KEY: {"S": table.key_of(entity, text)},
        items.LIVE_SINCE: items.number(_NEVER),
        items.EXPIRES_AT: items.number(table.expires_at()),
    }
    with explained():
        old = table.dynamodb.put_item(
            TableName=table.name, Item=mark, ReturnValues="ALL_OLD"
        )
    return bool(old.get("Attributes", {}).keys() - mark.keys())


def erase_transaction(table: HistoryTable, transaction_id: str) -> bool:
    """Erase what was noted for a transaction's retry, and the mark of its report.

    Both expire by themselves. It can be recorded, or reported, once more then.

    Raises
    ------
    OperationError
        If the table cannot be written.
    """
    found = False
    with explained():
        for kind in ("transaction", "report"):
            old = table.dynamodb.delete_item(
                **table.where(table.key_of(kind, transaction_id)),
                ReturnValues="ALL_OLD",
            )
            found |= "Attributes" in old
    return found
