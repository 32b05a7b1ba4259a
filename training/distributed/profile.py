"""What one host's rows say of each column: enough to tell its kind, and no more."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from artifact.columns import Kind
from artifact.value_kinds import category_text
from training.columns import Columns
from training.data.arrow_values import simplified
from training.data.found import LEAST_VALUES
from training.data.tables import Table

#: Rows of all hosts together of which the kinds are told, beside what is rare.
SAMPLE_ROWS = 100_000
#: What has more values is no category, unless an option says so.
MOST_COUNTED = 1_000
#: With more ways to write its values, a column of text is neither numbers nor dates.
MOST_FORMS = 500
#: What makes another way to write a number or a date: its marks, how many digits stand
#: between them, a leading zero, and a number that is no month.
_FORMS = (
    (r"^([-+]?)0([0-9])", r"\1z\2"),
    (r"\b(?:1[3-9]|[2-9][0-9])\b", "dd"),
    (r"[0-9]", "9"),
    (r"9{4,}", "9999"),
    (r"[A-Za-z]{5,}", "word"),
)
#: Of a category that an option names, the rarest of so many values are forgotten.
MOST_NAMED = 100_000


@dataclass
class ColumnProfile:
    """One column on one host."""

    #: Text of a value → rows, whatever the value's type, because hosts' types may
    #: differ; None when there are too many values to count.
    counts: Counter[str] | None = field(default_factory=Counter)
    #: Arrow types of the counted values.
    counted_types: set[pa.DataType] = field(default_factory=set)
    #: Values that a sample may lack, because they are few.
    first: list[pa.Array] = field(default_factory=list)
    present: int = 0
    missing: int = 0
    #: Of text with too many values to count: the way it is written → the first such.
    forms: dict[str, str] = field(default_factory=dict)
    #: Of numbers: the least, the largest, and one that is not whole, each an array of
    #: one in the type that it came in: a key above 2^53 is no float64.
    outstanding: dict[str, pa.Array] = field(default_factory=dict)

    def add(self, data: pa.ChunkedArray, *, is_named: bool) -> None:
        """Look at a batch."""
        if self.present < LEAST_VALUES:
            self.first += data.drop_null().slice(0, LEAST_VALUES).chunks
        self.present += len(data) - data.null_count
        self.missing += data.null_count
        plain, _ = simplified(data)
        if plain is None:
            self.counts = None
            return
        is_number = pa.types.is_integer(plain.type) or pa.types.is_floating(plain.type)
        if is_number:
            self._keep_outstanding(plain)
        if pa.types.is_timestamp(plain.type):
            self.counts = None
        if self.counts is not None:
            self._count(self.counts, plain, is_named=is_named)
        if self.counts is None and pa.types.is_string(plain.type):
            self._keep_forms(plain)

    def _count(
        self, counts: Counter[str], plain: pa.ChunkedArray, *, is_named: bool
    ) -> None:
        found = pc.value_counts(plain)
        is_over = not is_named and len(found) > MOST_COUNTED + 2  # null and NaN
        if is_over:
            found = found.slice(0, MOST_COUNTED + 2)
        self.counted_types.add(plain.type)
        for item in found.to_pylist():
            value = item["values"]
            if value is not None and value == value:  # noqa: PLR0124 - no NaN
                counts[category_text(value).strip()] += item["counts"]
        if is_over or (len(counts) > MOST_COUNTED and not is_named):
            if pa.types.is_string(plain.type):
                self.first.append(pa.array(list(counts)))
            self.counts = None
        elif len(counts) > MOST_NAMED:
            order = sorted(counts, key=lambda text: (-counts[text], text))
            self.counts = Counter(
                {text: counts[text] for text in order[: MOST_NAMED // 2]}
            )

    def extras(self, kind: pa.DataType) -> list[pa.Array]:
        """Return values that stand for the rows beyond the sample."""
        arrays = [
            one.cast(kind) if pa.types.is_temporal(one.type) else one
            for one in self.first
        ]
        if self.counts and self.counted_types == {pa.bool_()}:
            arrays.append(pa.array([text == "true" for text in self.counts]))
        elif self.counts and any(map(pa.types.is_string, self.counted_types)):
            arrays.append(pa.array(list(self.counts)))
        if self.forms:
            arrays.append(pa.array(self.forms.values(), pa.string()))
        arrays += self.outstanding.values()
        if self.missing:
            arrays.append(pa.nulls(1, kind))
        return arrays

    def _keep_forms(self, text: pa.ChunkedArray) -> None:
        """Keep a value of each form: one that only few rows have decides how to read.

        1.358 among 12,50 and 7,25 is more than a thousand.
        """
        if len(self.forms) > MOST_FORMS:
            return
        forms = pc.utf8_trim_whitespace(text)
        for pattern, instead in _FORMS:
            forms = pc.replace_substring_regex(forms, pattern, instead)
        first = pa.table({"form": forms, "text": text}).group_by("form")
        found = first.aggregate([("text", "min")]).to_pydict()
        for form, example in zip(found["form"], found["text_min"], strict=True):
            if example is not None:
                self.forms.setdefault(form, example)

    def _keep_outstanding(self, numbers: pa.ChunkedArray) -> None:
        limits = pc.min_max(numbers).as_py()
        for name, choose in (("min", min), ("max", max)):
            limit, known = limits[name], self.outstanding.get(name)
            if limit is None or limit != limit:  # noqa: PLR0124 - a batch of NaN
                continue
            if known is None or choose(limit, known[0].as_py()) is limit:
                self.outstanding[name] = pa.array([limit], numbers.type)
        if "broken" not in self.outstanding and pa.types.is_floating(numbers.type):
            is_broken = pc.greater(numbers, pc.floor(numbers))  # false for NaN
            broken = numbers.filter(is_broken).slice(0, 1)
            if len(broken):
                self.outstanding["broken"] = broken.combine_chunks()


@dataclass
class Profile:
    """All columns on one host."""

    columns: dict[str, ColumnProfile] = field(default_factory=dict)
    #: File's name → its first rows.
    samples: dict[PurePosixPath, pa.Table] = field(default_factory=dict)
    text_names: set[str] = field(default_factory=set)
    #: Values of the label, as the files have them; with too many, not all.
    labels: dict[Any, None] = field(default_factory=dict)
    rows: int = 0

    def add_file(
        self,
        name: PurePosixPath,
        batches: Iterable[Table],
        sample_rows: int,
        columns: Columns,
    ) -> None:
        """Look at every row of a file, and keep the first ones."""
        sample: list[pa.Table] = []
        left = sample_rows
        for batch in batches:
            self.rows += len(batch.data)
            self.text_names |= batch.text_names
            if left > 0:
                sample.append(batch.data.slice(0, left))
                left -= len(sample[-1])
            for column in batch.data.column_names:
                profile = self.columns.setdefault(column, ColumnProfile())
                is_named = is_named_category(column, columns)
                profile.add(batch.data[column], is_named=is_named)
            if columns.label in batch.data.column_names:
                self._keep_labels(batch.data[columns.label])
        if sample:
            self.samples[name] = pa.concat_tables(sample)

    def _keep_labels(self, data: pa.ChunkedArray) -> None:
        plain, _ = simplified(data)
        if plain is not None and len(self.labels) <= MOST_COUNTED:
            values = pc.unique(plain).drop_null().to_pylist()
            self.labels |= dict.fromkeys(values[: MOST_COUNTED + 1])


def is_named_category(name: str, columns: Columns) -> bool:
    """Whether an option says that a column is a category, whatever it holds."""
    return name in columns.categories or columns.kinds.get(name) is Kind.CATEGORY
