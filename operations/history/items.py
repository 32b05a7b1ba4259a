"""How an entity's history is an item: one attribute for each day.

``ADD`` works on top-level attributes that are numbers, and DynamoDB keeps 38 digits
of one: a day's reports, transactions and amount are one number, such as ``d20345`` =
2 reports, 3 transactions and 45.50: 20000000003000000000000004550.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from artifact.history.definition import SECONDS_PER_DAY
from artifact.history.state import Bucket, EntityState

Item = Mapping[str, Any]

KEY = "id"
EXPIRES_AT = "expires_at"
SEEN_AT = "seen_at"
#: The day of the first transaction that was recorded here: what a seed leaves alone.
LIVE_SINCE = "live_since"
#: Days before `LIVE_SINCE` that a late transaction was added to: a seed leaves them.
LATE_DAYS = "late_days"
#: The item that says what the table holds.
DEFINITION_ID = "definition"
#: The item of how late reports come.
DELAYS_ID = "delays"

_HASH_BYTES = 16
_TRANSACTION = 10**18
_REPORT = 10**28
_HALF = _TRANSACTION // 2
_REPORTS_IN_COUNTS = _REPORT // _TRANSACTION
#: In minor units; a day's sum stays within half of `_TRANSACTION`.
LARGEST_AMOUNT = 2**53


def keyed_hash(key: bytes, kind: str, value: str) -> str:
    """Return what stands in the table for an entity's or a transaction's id.

    HMAC-SHA-256, cut to 128 bits: without the key, ids cannot be found by trying.
    """
    digest = hmac.digest(key, f"{kind}\0{value}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest[:_HASH_BYTES]).decode().rstrip("=")


def number(value: int) -> dict[str, str]:
    """Return a number as DynamoDB's API takes it."""
    return {"N": str(value)}


def packed(bucket: Bucket) -> int:
    """Return a day as one number."""
    return bucket.reports * _REPORT + bucket.transactions * _TRANSACTION + bucket.amount


def unpacked(day: int) -> Bucket:
    """Return what `packed` made a number of; an amount may be negative."""
    counts, amount = divmod(day + _HALF, _TRANSACTION)
    if counts < _REPORTS_IN_COUNTS:
        return Bucket(counts, amount - _HALF)
    reports, transactions = divmod(counts, _REPORTS_IN_COUNTS)
    return Bucket(transactions, amount - _HALF, reports)


def state_of(item: Item | None) -> EntityState:
    """Return what an item knows; nothing for no item."""
    if item is None:
        return EntityState()
    # The names that begin so and end in digits are the days'.
    buckets = {
        int(name[1:]): unpacked(int(value["N"]))
        for name, value in item.items()
        if name[0] == "d" and name[1:].isdigit()
    }
    seen = item.get(SEEN_AT)
    return EntityState(buckets, int(seen["N"]) if seen else None)


_LIVE = f"{LIVE_SINCE} = if_not_exists({LIVE_SINCE}, :day)"


@lru_cache(maxsize=8)
def _record_expression(day: int, kept_days: int) -> str:
    # An item lives about as long as its days; older ones were removed before.
    gone = range(max(day - 2 * kept_days, 0), day - kept_days + 1)
    remove = f" REMOVE {', '.join(f'd{old}' for old in gone)}" if gone else ""
    return (
        f"SET {EXPIRES_AT} = :expires, {SEEN_AT} = :now, {_LIVE}{remove} "
        f"ADD d{day} :one"
    )


def record_update(
    seconds: int, minor: int, kept_days: int, expires_at: int
) -> dict[str, Any]:
    """Return the arguments of the one `UpdateItem` that records a transaction.

    It answers with the state before, and removes the days that fell out of every
    window. It fails where a later one was recorded before.
    """
    day = seconds // SECONDS_PER_DAY
    values: dict[str, Any] = {
        ":one": number(packed(Bucket(transactions=1, amount=minor))),
        ":day": number(day),
        ":expires": number(expires_at),
    }
    arguments: dict[str, Any] = {
        "UpdateExpression": _record_expression(day, kept_days),
        "ExpressionAttributeValues": values,
        "ReturnValues": "ALL_OLD",
        "ConditionExpression": f"attribute_not_exists({SEEN_AT}) OR {SEEN_AT} <= :now",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    values[":now"] = number(seconds)
    return arguments


def late_update(
    seconds: int, minor: int, expires_at: int, found: Item
) -> dict[str, Any]:
    """Return the arguments of an update that records behind what `found` has seen."""
    day = seconds // SECONDS_PER_DAY
    values: dict[str, Any] = {
        ":one": number(packed(Bucket(transactions=1, amount=minor))),
        ":day": number(day),
        ":expires": number(expires_at),
    }
    add = f"d{day} :one"
    if LIVE_SINCE in found and day < int(found[LIVE_SINCE]["N"]):
        values[":late"] = {"NS": [str(day)]}
        add += f", {LATE_DAYS} :late"
    return {
        "UpdateExpression": f"SET {EXPIRES_AT} = :expires, {_LIVE} ADD {add}",
        "ExpressionAttributeValues": values,
        "ReturnValues": "ALL_OLD",
    }


def report_update(day: int, expires_at: int) -> dict[str, Any]:
    """Return the arguments of an update that adds a report to a day."""
    return {
        "UpdateExpression": f"SET {EXPIRES_AT} = :expires, {_LIVE} ADD d{day} :report",
        "ExpressionAttributeValues": {
            ":expires": number(expires_at),
            ":day": number(day),
            ":report": number(_REPORT),
        },
    }


def withdrawal_update(day: int) -> dict[str, Any]:
    """Return the arguments of an update that takes a report off a day.

    It fails where the day has none (any more): it was erased, or fell out.
    """
    return {
        "UpdateExpression": f"ADD d{day} :taken",
        "ConditionExpression": f"d{day} >= :report",
        "ExpressionAttributeValues": {
            ":taken": number(-_REPORT),
            ":report": number(_REPORT - _HALF),
        },
    }


def seed_update(
    state: EntityState, live: Item | None, expires_at: int
) -> dict[str, Any] | None:
    """Return an update that sets a seeded item's days; None where it has none.

    `live` is an item that was recorded live, None for one that never was: days that
    came in live are left alone. The update fails where that is not so any more.
    """
    before_day = int(live[LIVE_SINCE]["N"]) if live else None
    late_days = live.get(LATE_DAYS) if live else None
    left_alone = {*map(int, late_days["NS"])} if late_days else set()
    sets = [f"{EXPIRES_AT} = :expires"]
    values: dict[str, Any] = {":expires": number(expires_at)}
    for day, bucket in state.buckets.items():
        if before_day is None or (day < before_day and day not in left_alone):
            values[f":d{day}"] = number(packed(bucket))
            sets.append(f"d{day} = :d{day}")
    if len(values) == 1:
        return None
    if state.last_seconds is not None and state.last_seconds >= 0:
        values[":seen"] = number(state.last_seconds)
        keep = f"if_not_exists({SEEN_AT}, :seen)"
        sets.append(f"{SEEN_AT} = {keep if before_day is not None else ':seen'}")
    if before_day is None:
        condition = f"attribute_not_exists({LIVE_SINCE})"
    else:
        values[":live"] = number(before_day)
        condition = f"{LIVE_SINCE} = :live AND attribute_not_exists({LATE_DAYS})"
        if late_days:
            values[":late"] = late_days
            condition = f"{LIVE_SINCE} = :live AND {LATE_DAYS} = :late"
    return {
        "UpdateExpression": f"SET {', '.join(sets)}",
        "ExpressionAttributeValues": values,
        "ConditionExpression": condition,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
