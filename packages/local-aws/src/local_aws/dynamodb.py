"""moto's DynamoDB at a table's pace: an update is checked once, no table is copied.

Symptoms cured: an update of a hundred attributes took 140 ms, because moto looks for
paths that overlap once for every part of the expression, the whole of it each time; an
answer with a hundred attributes took 10 ms, because moto looks in each for all kinds of
values, by several names; and `TransactWriteItems` copied the whole table, seconds for
some thousand items, in case it had to be taken back.
"""

import copy
import functools
from collections.abc import Callable
from typing import Any

from moto.core.serialize import JSONSerializer
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing import ast_nodes, expressions
from moto.dynamodb.parsing.validators import (
    ActionCountValidator,
    OverlappingPathsValidator,
)

from local_aws import dynamodb_updates

#: Kinds of values that are sent as they are kept; binary ones, sets and nested are not.
_SCALARS = {"S": str, "N": str, "BOOL": bool, "NULL": bool}
#: moto has no types for its parsers.
_NODES: Any = ast_nodes


def add_to_moto() -> None:
    """Let moto check whole expressions once, and keep old items instead of copies."""
    for validator in (ActionCountValidator, OverlappingPathsValidator):
        _check_root_only(validator)
    parser: Any = _any(expressions).UpdateExpressionParser
    traverser, node = _NODES.DepthFirstTraverser, _NODES.Node
    # What it makes is copied before it is changed.
    parser.make = functools.lru_cache(maxsize=64)(parser.make)
    traverser.nodes_to_be_processed = _kinds_of_nodes
    node.__deepcopy__ = _with_copied_children
    dynamodb_updates.add_to_moto()
    table, backend = _any(Table), _any(DynamoDBBackend)
    table.__deepcopy__ = _with_the_same_items
    backend.update_item = _on_a_copy(backend.update_item)
    serializer = _any(JSONSerializer)
    serializer._serialize_type_structure = _scalars_as_they_are(  # noqa: SLF001
        serializer._serialize_type_structure  # noqa: SLF001
    )


def _check_root_only(validator: Any) -> None:  # noqa: ANN401 - moto has no types
    """Expressions are nested in each other; the outermost has all the parts."""

    def traverse(self: Any, node: Any) -> Any:  # noqa: ANN401
        return self.process(node)

    validator.traverse = traverse


def _kinds_of_nodes(self: Any) -> tuple[type, ...]:  # noqa: ANN401
    """Return what a traverser processes, put together once."""
    kinds: tuple[type, ...] | None = self.__dict__.get("kinds")
    if kinds is None:
        kinds = self.kinds = tuple(self._processing_map())
    return kinds


def _with_copied_children(self: Any, memo: dict[int, Any]) -> Any:  # noqa: ANN401
    """Copy a part of an expression; its leaves are texts, or values."""
    made = object.__new__(type(self))
    made.__dict__.update(self.__dict__)
    made.parent = None
    if self.children is not None:
        made.children = [
            child if isinstance(child, str) else copy.deepcopy(child, memo)
            for child in self.children
        ]
        for child in made.children:
            if isinstance(child, _NODES.Node):
                child.parent = made
    return made


def _with_the_same_items(self: Any, memo: dict[int, Any]) -> Any:  # noqa: ANN401, ARG001
    """Return a table that later changes of this one leave as it is.

    Items are put and deleted as a whole, and updated on a copy of theirs.
    """
    snapshot = copy.copy(self)
    snapshot.items = copy.copy(self.items)
    if self.has_range_key:
        for key, items in self.items.items():
            snapshot.items[key] = dict(items)
    return snapshot


def _on_a_copy(update_item: Callable[..., Any]) -> Callable[..., Any]:
    def update(self: Any, table_name: str, key: Any, **arguments: Any) -> Any:  # noqa: ANN401
        table = self.get_table(table_name)
        hash_key, range_key = self.get_keys_value(table, key)
        item = table.get_item(hash_key, range_key)
        if item is not None:
            row = table.items[hash_key] if table.has_range_key else table.items
            row[range_key if table.has_range_key else hash_key] = copy.deepcopy(item)
        return update_item(self, table_name, key, **arguments)

    return update


def _scalars_as_they_are(serialize: Callable[..., None]) -> Callable[..., None]:
    """Hand out values that moto keeps in the form in which they are sent."""

    def serialize_structure(
        self: Any,  # noqa: ANN401
        serialized: Any,  # noqa: ANN401
        value: Any,  # noqa: ANN401
        shape: Any,  # noqa: ANN401
        key: str,
    ) -> None:
        if shape.name == "AttributeValue" and type(value) is dict and len(value) == 1:
            [(kind, content)] = value.items()
            if type(content) is _SCALARS.get(kind):
                serialized[key] = value
                return
        serialize(self, serialized, value, shape, key)

    return serialize_structure


def _any(thing: Any) -> Any:  # noqa: ANN401 - to put what types forbid
    return thing
