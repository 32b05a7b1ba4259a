"""A model's values by their names, whatever row a program has them in."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from operations.account.errors import OperationError

Values = Sequence[Any] | npt.NDArray[Any]
#: Column → number, string, boolean, timestamp or None, as in the training table; or
#: the values of the model's columns alone, in the manifest's order, as a list, a tuple
#: or an array. A row of pandas or a named tuple has names, and is taken by them.
Transaction = Mapping[str, Any] | Values


def named_row(
    row: Any,  # noqa: ANN401 - of any library
    names: Sequence[str],
    entities: Sequence[str] = (),
) -> Mapping[str, Any]:
    """Return a row by its own names, or the values of one without by the model's.

    Raises
    ------
    OperationError
        If it has neither names nor an order, or as `named`; without `names` too.
    """
    if hasattr(row, "items"):
        return dict(row.items())
    if hasattr(row, "_asdict"):
        return dict(row._asdict())
    if not isinstance(row, list | tuple | np.ndarray):
        raise OperationError(
            "expected a mapping of the columns' names to their values, or a list of "
            f"values, got a {type(row).__name__}; give one of these."
        )
    if not names:
        raise OperationError(
            "expected a mapping of the columns' names to their values, got a list "
            "of values; give FraudClient the feature_names of the manifest."
        )
    return named(row, names, entities)


def named(
    values: Values, names: Sequence[str], entities: Sequence[str] = ()
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
