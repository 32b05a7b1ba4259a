"""The columns of the training table: what each is, and what becomes of it.

The manifest records every column of the table, so that a request may be a row of it:
three kinds are inputs of the model (`Kind.is_input`), the others are ignored by name.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from artifact.errors import ArtifactError

#: Role of the features from history: a request may leave them out.
HISTORY = "history"


class Kind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    #: A few values: text, or true and false. The model takes a code.
    CATEGORY = "category"
    #: A moment. The model takes hour, weekday and differences, never the moment.
    TIMESTAMP = "timestamp"
    #: A card, customer, merchant or device: a key for history, never an input.
    ENTITY = "entity"
    CONSTANT = "constant"
    #: No value at all, or too few to learn from.
    EMPTY = "empty"
    UNNAMED = "unnamed"
    DROPPED = "dropped"
    LABEL = "label"
    WEIGHT = "weight"

    @property
    def is_input(self) -> bool:
        """Whether the model takes the column."""
        return self in _INPUTS


_INPUTS = frozenset({Kind.NUMBER, Kind.CATEGORY, Kind.TIMESTAMP})
_NUMBER_FORM = ("is_grouped", "decimal_comma", "unit", "is_clock", "missing_codes")


@dataclass(frozen=True)
class Column:
    """One column of the training table.

    Attributes
    ----------
    name : str
    kind : Kind
    why : str
        For people: what the kind was taken from.
    role : str
        ``"time"`` or ``"amount"`` for the columns that training was given as such;
        `HISTORY` for a feature that the caller computes from an entity's history.
    categories : tuple of str
        Category: the values that the model knows, the most frequent first; a value's
        place is its code. Any other value has the code ``len(categories)``.
    is_boolean : bool
        Category: true and false, however they are spelt.
    time_format : str
        Timestamp: ``"iso"``, a form of `datetime.strptime`, or the unit of a number
        (a key of `artifact.timestamps.SECONDS_PER_UNIT`) since 1970 or any beginning.
    is_grouped : bool
        Number: text may hold a comma or blank between thousands; with
        `decimal_comma`, that training saw points there, so that 1.358 is read.
    decimal_comma : bool
        Number: in text, the comma is the decimal point.
    unit : str
        Number: what text may carry before or after it, such as ``$``, EUR or ``%``;
        brackets around it mean minus then, and ``()`` that there are only these.
    is_clock : bool
        Number: text such as 06:21 is the hours since midnight.
    missing_codes : tuple of float
        Number: values that mean "not known", such as -1.
    missing_words : tuple of str
        Text that means "not known" in these data, besides `MISSING_WORDS`.
    can_be_missing : bool
        Whether a row without a value is answered.
    never_missing : bool
        Whether training saw a value in every row; one that is answered without is
        counted.
    """

    name: str
    kind: Kind
    why: str = ""
    role: str = ""
    categories: tuple[str, ...] = ()
    is_boolean: bool = False
    time_format: str = ""
    is_grouped: bool = False
    decimal_comma: bool = False
    unit: str = ""
    is_clock: bool = False
    missing_codes: tuple[float, ...] = ()
    missing_words: tuple[str, ...] = ()
    can_be_missing: bool = False
    never_missing: bool = False

    @property
    def is_marked(self) -> bool:
        """Whether text writes the number with marks, so that a string may be one."""
        return bool(self.is_grouped or self.decimal_comma or self.unit or self.is_clock)

    @property
    def is_plain(self) -> bool:
        """Whether a finite number is all that the column may hold."""
        return (
            self.kind is Kind.NUMBER
            and not self.can_be_missing
            and not self.missing_codes
            and not self.missing_words
            and not self.is_marked
        )

    @property
    def number_form(self) -> "Column":
        """The column without what does not say how text writes its number."""
        form = {name: getattr(self, name) for name in _NUMBER_FORM}
        return Column(self.name, Kind.NUMBER, **form)

    def number_form_as_dict(self) -> dict[str, Any]:
        """JSON form of `number_form`, empty for plain numbers."""
        written = self.as_dict()
        return {name: written[name] for name in _NUMBER_FORM if name in written}

    def as_dict(self) -> dict[str, Any]:
        """JSON form, without what has its default; `parse_column` reads it back."""
        default = asdict(Column(self.name, self.kind))
        return {
            name: value
            for name, value in asdict(self).items()
            if name in ("name", "kind") or value != default[name]
        }


def parse_column(item: Mapping[str, Any], where: str) -> Column:
    """Read the JSON form of a column.

    Raises
    ------
    ArtifactError
        Naming the field, what was expected and what came.
    """
    fields = dict(item)
    name, kind = fields.pop("name", None), fields.pop("kind", None)
    if not isinstance(name, str):
        raise ArtifactError(f"{where}.name must be a string; train again.")
    if kind not in tuple(Kind):
        raise ArtifactError(
            f"{where}.kind must be one of {', '.join(Kind)}; train again."
        )
    for field, value in fields.items():
        check = _CHECKS.get(field)
        if check is None:
            raise ArtifactError(f"{where} has an unknown field; train again.")
        if not check(value):
            raise ArtifactError(
                f"{where}.{field} has a value of another type than it was written "
                "with; train again."
            )
        if isinstance(value, list):
            fields[field] = tuple(value)
    return Column(name, Kind(kind), **fields)


def parse_number_form(name: str, form: object, where: str) -> Column:
    """Read what `Column.number_form_as_dict` wrote of the column of that name.

    Raises
    ------
    ArtifactError
        Naming the field, what was expected and what came.
    """
    if not isinstance(form, Mapping) or not form.keys() <= set(_NUMBER_FORM):
        raise ArtifactError(
            f"{where}: expected how text writes a number, with no other fields than "
            f"{', '.join(_NUMBER_FORM)}; train again."
        )
    return parse_column({**form, "name": name, "kind": Kind.NUMBER}, where)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _are_numbers(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, (int, float)) and not isinstance(item, bool) for item in value
    )


_CHECKS = {
    "why": _is_text,
    "role": _is_text,
    "categories": _are_texts,
    "is_boolean": _is_boolean,
    "time_format": _is_text,
    "is_grouped": _is_boolean,
    "decimal_comma": _is_boolean,
    "unit": _is_text,
    "is_clock": _is_boolean,
    "missing_codes": _are_numbers,
    "missing_words": _are_texts,
    "can_be_missing": _is_boolean,
    "never_missing": _is_boolean,
}
