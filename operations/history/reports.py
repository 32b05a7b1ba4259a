"""Reports of frauds: counted once, withdrawn once, and how late they come.

The delay that training assumed matters more than the model, so that what is seen of
it is logged and kept in the table: an item of its own, whose "amounts" are seconds.
"""

import json
import logging
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from artifact.history.definition import SECONDS_PER_DAY, WINDOWS_DAYS
from artifact.history.state import EntityState
from operations.account.errors import OperationError, explained
from operations.history import items
from operations.history.event import Event, Transaction, keys_of, seconds_of
from operations.history.recording import record_event
from operations.history.table import HistoryTable, is_ahead

LOG = logging.getLogger(__name__)
#: A mean delay that differs more from what training assumed is worth a new model.
TOLERATED_HOURS = 48.0
_TAKEN = "ConditionalCheckFailed"
#: Another write of one of the items was under way.
_CONFLICT = "TransactionConflict"
_TRIES = 5
_FIRST_PAUSE_SECONDS = 0.05


def report(
    table: HistoryTable,
    transaction: Transaction,
    transaction_id: str,
    reported_seconds: int,
) -> bool:
    """Add a fraud's report; False if that transaction's was added before.

    Raises
    ------
    OperationError
        If the report's time cannot be, or the table cannot be written.
    """
    happened = seconds_of(transaction, table.definition)
    if reported_seconds < max(happened or 0, 0) or is_ahead(reported_seconds):
        raise OperationError(
            "The report's time: expected seconds on the clock of the transactions, "
            "not before the transaction and not in the future, got something else; "
            "correct it."
        )
    day, expires = reported_seconds // SECONDS_PER_DAY, table.expires_at()
    key = table.key_of("report", transaction_id)
    mark = {
        items.KEY: {"S": key},
        "day": items.number(day),
        items.EXPIRES_AT: items.number(expires),
    }
    once = {
        "Put": {
            "TableName": table.name,
            "Item": mark,
            "ConditionExpression": f"attribute_not_exists({items.KEY})",
        }
    }
    update = items.report_update(day, expires)
    keys = keys_of(transaction, table)
    with explained():
        refused = _change(table, [once, *_updates(table, [*keys.values()], update)])
        if 0 in refused:
            return False
        if happened is not None:
            _note_delay(table, happened, reported_seconds)
    return True


def withdraw(
    table: HistoryTable, transaction: Transaction, transaction_id: str
) -> bool:
    """Take a report back; False if there is none.

    An entity whose history was erased since, or whose day fell out, has none left.

    Raises
    ------
    OperationError
        If the table cannot be written.
    """
    key = table.key_of("report", transaction_id)
    with explained():
        found = table.get(key)
        if found is None:
            return False
        once = {
            "Delete": {
                **table.where(key),
                "ConditionExpression": f"attribute_exists({items.KEY})",
            }
        }
        update = items.withdrawal_update(int(found["day"]["N"]))
        keys = [*keys_of(transaction, table).values()]
        while True:
            refused = _change(table, [once, *_updates(table, keys, update)])
            if 0 in refused:
                return False
            if not refused:
                return True
            keys = [k for index, k in enumerate(keys, 1) if index not in refused]


def seen_delay(table: HistoryTable) -> tuple[float, int] | None:
    """Return the mean delay in hours of the last 30 days' reports, and their number.

    None where there are none.
    """
    with explained():
        return _mean_delay(items.state_of(table.get(items.DELAYS_ID)))


def _updates(
    table: HistoryTable, keys: list[str], update: dict[str, Any]
) -> list[dict[str, Any]]:
    return [{"Update": {**table.where(key), **update}} for key in keys]


def _change(table: HistoryTable, changes: list[dict[str, Any]]) -> frozenset[int]:
    """Make all changes or none; return the positions of those that were refused.

    A payment that writes one of the items at the same time cancels all: boto3 does not
    try that again.
    """
    for left in reversed(range(_TRIES)):
        try:
            table.dynamodb.transact_write_items(TransactItems=changes)
        except table.dynamodb.exceptions.TransactionCanceledException as error:
            reasons = error.response.get("CancellationReasons", [])
            codes = [reason.get("Code") for reason in reasons]
            refused = frozenset(i for i, code in enumerate(codes) if code == _TAKEN)
            if refused:
                return refused
            if not left or _CONFLICT not in codes:
                raise
            if any(code not in (None, "None", _CONFLICT) for code in codes):
                raise
            time.sleep(_FIRST_PAUSE_SECONDS * 2 ** (_TRIES - 1 - left))
        else:
            break
    return frozenset()


def _note_delay(table: HistoryTable, happened: int, reported: int) -> None:
    """Keep and log how late a report came; never a failure of the report."""
    event = Event(reported, 0.0, reported - happened, {})
    try:
        state, _ = record_event(table, items.DELAYS_ID, event)
    except (ClientError, BotoCoreError) as error:
        LOG.warning("The delay of a report is not kept (%s).", type(error).__name__)
        return
    state.record(reported, reported - happened)
    assumed = table.definition.label_delay_hours
    mean, reports = _mean_delay(state) or (0.0, 0)
    line = {
        "report_delay_hours": round((reported - happened) / 3600, 1),
        "mean_of_30_days_hours": round(mean, 1),
        "reports_of_30_days": reports,
        "trained_with_hours": assumed,
    }
    differs = abs(mean - assumed) > TOLERATED_HOURS
    LOG.log(logging.WARNING if differs else logging.INFO, json.dumps(line))


def _mean_delay(state: EntityState) -> tuple[float, int] | None:
    last = max(state.buckets, default=0)
    recent = [b for day, b in state.buckets.items() if day > last - WINDOWS_DAYS[-1]]
    reports = sum(bucket.transactions for bucket in recent)
    if not reports:
        return None
    return sum(bucket.amount for bucket in recent) / reports / 3600, reports
