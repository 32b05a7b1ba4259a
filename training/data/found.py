"""A column with what it was found to be."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from artifact.columns import Column
from training.data.dataset import Floats

#: A column with fewer values teaches nothing, and boosting fails on an empty one.
LEAST_VALUES = 20


@dataclass(frozen=True)
class Found:
    """A column with what it is and the numbers that the model takes of it."""

    column: Column
    #: (n_rows,) with NaN for missing; None for what is no input.
    values: Floats | None = None
    #: Rows whose value is of another kind than the column's, and that kind.
    stray: npt.NDArray[np.bool_] | None = None
    stray_kind: str = ""
    #: Distinct values of a category, an entity or text, without missing.
    distinct: int = 0
    notes: tuple[str, ...] = ()
    #: For an entity: a number per key, -1 for missing.
    keys: npt.NDArray[np.intp] | None = None
    #: The text of each key.
    key_values: tuple[str, ...] = ()
