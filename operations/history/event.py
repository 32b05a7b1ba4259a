"""What of a transaction its histories need."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from artifact.columns import Column, Kind
from artifact.history.definition import HistoryDefinition
from artifact.history.identity import entity_text
from artifact.history.state import minor_units_of
from artifact.value_encoders import LARGEST, Encode, any_encoder
from artifact.value_kinds import WrongKindError
from operations.account.errors import OperationError
from operations.history.items import LARGEST_AMOUNT
from operations.history.table import HistoryTable

Transaction = Mapping[str, Any]
_LATEST_SECONDS = 2**53


@dataclass(frozen=True)
class Event:
    """When, how much, and whose."""

    seconds: int
    amount: float
    minor: int
    #: Entity → key of its item; without those that the transaction lacks.
    keys: Mapping[str, str]


def read_event(transaction: Transaction, table: HistoryTable) -> Event:
    """Read a transaction as training read its table.

    An amount that is missing, or beyond what sums keep exactly, counts as unknown: the
    transaction counts all the same.

    Raises
    ------
    OperationError
        If it has no usable time, or an amount that the endpoint refuses.
    """
    definition = table.definition
    seconds = seconds_of(transaction, definition)
    if seconds is None:
        raise OperationError(
            f"{definition.time}: expected the transaction's time in seconds since "
            "1970, or since the beginning that training used; add it."
        )
    amount = _amount_of(transaction.get(definition.amount), definition)
    minor = minor_units_of(amount, definition.minor_units)
    if abs(minor) > LARGEST_AMOUNT:
        amount, minor = math.nan, 0
    return Event(seconds, amount, minor, keys_of(transaction, table))


def keys_of(transaction: Transaction, table: HistoryTable) -> dict[str, str]:
    """Entity → key of its item, of those entities that the transaction names."""
    return {
        entity: table.key_of(entity, text)
        for entity in table.definition.entities
        if (text := entity_text(transaction.get(entity))) is not None
    }


def seconds_of(transaction: Transaction, definition: HistoryDefinition) -> int | None:
    """Return a transaction's time in whole seconds; None where it has no usable one."""
    seconds = _number(transaction.get(definition.time), _time_column(definition))
    return math.floor(seconds) if 0 <= seconds < _LATEST_SECONDS else None


def _amount_of(value: object, definition: HistoryDefinition) -> float:
    column = definition.amount_form or Column(definition.amount, Kind.NUMBER)
    try:
        amount = _encoder(column)(value)
    except WrongKindError as error:
        raise OperationError(
            f"{definition.amount}: expected {error.expected}, as training read it, got "
            f"{error.got}; correct it."
        ) from None
    if abs(amount) > LARGEST:
        raise OperationError(
            f"{definition.amount}: expected a number between {-LARGEST:g} and "
            f"{LARGEST:g}, got a number beyond; correct it."
        )
    return amount


def _time_column(definition: HistoryDefinition) -> Column:
    kind = Kind.TIMESTAMP if definition.time_format else Kind.NUMBER
    return Column(definition.time, kind, time_format=definition.time_format)


@lru_cache(maxsize=16)
def _encoder(column: Column) -> Encode:
    return any_encoder(column)


def _number(value: object, column: Column) -> float:
    """Read a value as training read its column; NaN for what is none of it."""
    try:
        return _encoder(column)(value)
    except ValueError:
        return math.nan
