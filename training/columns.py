"""What the caller says of the columns of the data; as light as the options are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from artifact.columns import Kind

#: Text with more values is an entity unless --categories names it.
MOST_CATEGORIES = 50

Unlabelled = Literal["refuse", "drop"]


@dataclass(frozen=True)
class Columns:
    """What is said of the columns of the data; the rest is inferred."""

    label: str = "Class"
    #: Optional in the data: how many rows of the population one row stands for.
    weight: str = "SampleWeight"
    #: Optional: a timestamp, or seconds since any beginning.
    time: str = "Time"
    #: Optional: what the transaction is worth, in the currency of the costs.
    amount: str = "Amount"
    #: Optional: when a fraud was reported, empty for the other rows; no feature.
    report_time: str = ""
    drop: tuple[str, ...] = ()
    #: Keys for history, whatever they look like.
    entities: tuple[str, ...] = ()
    #: Categories, however many values they have: the most frequent and "other".
    categories: tuple[str, ...] = ()
    #: Name → kind, where the inferred kind is not wanted.
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    #: Unit of a time column that is a number, such as "h"; "" for as it looks.
    time_unit: str = ""
    #: Numbers that mean "not known", such as -1.
    missing_values: tuple[float, ...] = ()
    #: Text that means so, such as "unknown".
    missing_words: tuple[str, ...] = ()
    #: The label's value that means fraud; "" where it is plain.
    fraud_value: str = ""
    #: What becomes of rows without a label.
    unlabelled: Unlabelled = "refuse"
    #: Whether the server answers null for a feature that never lacked a value here.
    answer_missing: bool = False
