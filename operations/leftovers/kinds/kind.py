"""How one kind of resource is found and deleted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from operations.leftovers.account import Account
from operations.leftovers.found import Found


@dataclass(frozen=True)
class Kind:
    """A kind of resource.

    ``find`` yields every one in the account and region with its tags, whoever it
    belongs to. ``measure`` then completes those that are the environment's by what
    is slow or costs a call each: size, price.
    """

    name: str
    find: Callable[[Account], Iterable[Found]]
    delete: Callable[[Account, Found], str]
    """Deletes one and returns what happened: ``deleted``, ``stopping`` …"""
    measure: Callable[[Account, Found], Found] = lambda _, found: found
