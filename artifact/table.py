"""The first step of ``model.joblib``: a table as its owner has it → numbers."""

from typing import Any

import numpy as np
import numpy.typing as npt

from artifact.columns import Column
from artifact.value_encoders import any_encoder

Array = npt.NDArray[np.float64]


class TableEncoder:
    """Turns the rows of a table into what the model takes, as a request is turned.

    A step of a scikit-learn pipeline. It learns nothing: the categories are given.

    Parameters
    ----------
    columns : tuple of Column
        The model's inputs, in order.
    """

    def __init__(self, columns: tuple[Column, ...]) -> None:
        self.columns = columns

    def fit(self, _rows: Any, _labels: Any = None) -> "TableEncoder":  # noqa: ANN401 - as scikit-learn's
        """Do nothing."""
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002, FBT001, FBT002 - as scikit-learn's
        """Return the parameters by name."""
        return {"columns": self.columns}

    def __sklearn_is_fitted__(self) -> bool:
        """There is nothing to fit."""
        return True

    def transform(self, rows: Any) -> Array:  # noqa: ANN401 - a DataFrame or an array
        """Return float64 rows of shape (n_rows, n_inputs).

        A DataFrame may have more columns, in any order. An array holds the numbers
        already, in the order of the inputs.

        Raises
        ------
        WrongKindError
            If a value is of another kind than its column's.
        """
        if not hasattr(rows, "columns"):
            return np.asarray(rows, np.float64)
        result = np.empty((len(rows), len(self.columns)))
        # Blanks around a name are none of it, in training, requests and here; of two
        # that differ in blanks alone, the name as it is means itself.
        names = {str(name).strip(): name for name in reversed(rows.columns)}
        names |= {name: name for name in rows.columns}
        for position, column in enumerate(self.columns):
            values = rows[names.get(column.name, column.name)]
            result[:, position] = _encode(values, column)
        return result


def _encode(values: Any, column: Column) -> Array:  # noqa: ANN401 - a pandas Series
    encode = any_encoder(column)
    known: dict[Any, float] = {}
    result = np.empty(len(values))
    for row, value in enumerate(values.tolist()):
        try:
            result[row] = known[value]
            continue
        except (KeyError, TypeError):
            pass
        number = encode(value)
        result[row] = number
        if isinstance(value, str | float | int):
            known[value] = number
    return result
