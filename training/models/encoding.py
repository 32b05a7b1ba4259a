"""From the features to what a model computes with, in plain scikit-learn.

Trees take codes and gaps as they are. The linear model and the network take a column
for each category, the median for a missing number, and a column that says so. Of a
timestamp all take the hour, the weekday and the time since other timestamps.
"""

from collections.abc import Sequence
from itertools import combinations
from operator import methodcaller
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

from artifact.columns import Column, Kind
from training.columns import Columns
from training.data.dataset import SECONDS_PER_DAY

#: Among more timestamps, differences are taken to the first of them only.
_MOST_PAIRED_TIMESTAMPS = 4
_DAYS_PER_WEEK = 7


def prepare(
    inputs: tuple[Column, ...], columns: Columns, *, with_amount: bool = True
) -> tuple[ColumnTransformer, list[int]]:
    """Hour of day instead of a time that only grows; the amount's logarithm.

    ``asinh`` is the logarithm for large amounts and defined for all. Returns the
    transformer, and the places of the categories' codes in what it gives.
    """
    names = [column.name for column in inputs]
    steps: list[tuple[str, Any, list[int]]] = []
    moments = [i for i, column in enumerate(inputs) if column.kind is Kind.TIMESTAMP]
    if columns.time in names and names.index(columns.time) not in moments:
        steps.append(("time_of_day", _time_of_day(), [names.index(columns.time)]))
    if columns.amount in names and with_amount:
        steps.append(
            ("amount", FunctionTransformer(np.arcsinh), [names.index(columns.amount)])
        )
    for place in moments:
        steps.append((f"time_of_day_{place}", _time_of_day(), [place]))
        steps.append((f"weekday_{place}", _weekday(), [place]))
    # The named time first, so that many timestamps are compared with it.
    moments.sort(key=lambda place: names[place] != columns.time)
    pairs = list(combinations(moments, 2))
    if len(moments) > _MOST_PAIRED_TIMESTAMPS:
        pairs = [pair for pair in pairs if pair[0] == moments[0]]
    steps += [
        (f"from_{one}_to_{other}", FunctionTransformer(np.diff), [one, other])
        for one, other in pairs
    ]
    taken = {place for _, _, places in steps for place in places}
    rest = [place for place in range(len(inputs)) if place not in taken]
    first = sum(1 for _ in steps)
    codes = [
        first + at
        for at, place in enumerate(rest)
        if inputs[place].kind is Kind.CATEGORY
    ]
    return ColumnTransformer(steps, remainder="passthrough"), codes


def encode(codes: Sequence[int]) -> ColumnTransformer:
    """One column a category, and numbers without gaps.

    "Other" and missing are columns where the rows that are learnt from have them;
    elsewhere they are no category at all.
    """
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    fill = SimpleImputer(strategy="median", add_indicator=True)
    return ColumnTransformer(
        [("categories", one_hot, list(codes))] if codes else [], remainder=fill
    )


def _time_of_day() -> FunctionTransformer:
    return FunctionTransformer(methodcaller("__mod__", SECONDS_PER_DAY))


def _weekday() -> Pipeline:
    """Whole days since the last Thursday, the first day of 1970."""
    week = methodcaller("__mod__", _DAYS_PER_WEEK * SECONDS_PER_DAY)
    day = methodcaller("__floordiv__", SECONDS_PER_DAY)
    return Pipeline(
        [("week", FunctionTransformer(week)), ("day", FunctionTransformer(day))]
    )
