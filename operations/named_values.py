"""Lists of a model's values, which stand in the manifest's order, by their names."""

from collections.abc import Mapping, Sequence
from typing import Any

from operations.account.errors import OperationError


def named(
    values: Sequence[Any], names: Sequence[str], entities: Sequence[str] = ()
) -> Mapping[str, Any]:
    """Return the values under the names of the model's columns.

    `entities` are those whose histories are looked up: no list holds their ids.

    Raises
    ------
    OperationError
        If there is another number of values than names, or an id is needed.
    """
    if entities:
        raise OperationError(
            "A list of values holds the model's columns and not the ids of "
            f"{', '.join(entities)}, whose histories the model looks at; give each "
            "transaction with the names of its columns."
        )
    if len(values) != len(names):
        counted = "1 value" if len(values) == 1 else f"{len(values)} values"
        raise OperationError(
            f"expected {len(names)} values, the model's columns in the manifest's "
            f"order, found {counted}; correct them, or name the columns."
        )
    return dict(zip(names, values, strict=True))
