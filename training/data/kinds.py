"""What each column of a table is: inferred from its values, type and name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from artifact.columns import Column, Kind
from artifact.history.identity import entity_text
from artifact.timestamps import FORMS, ISO, SECONDS_PER_UNIT, seconds_of_text
from artifact.values import MISSING_WORDS, boolean_text
from training.columns import MOST_CATEGORIES, Columns
from training.data.dataset import Floats
from training.data.words import shown

#: What --categories keeps of a longer column; the rest is "other".
MOST_LONG_CATEGORIES = 200
#: A column with fewer values teaches nothing, and boosting fails on an empty one.
LEAST_VALUES = 20
#: Below this many rows, a column that does not vary says nothing about itself.
CONSTANT_FROM_ROWS = 20
#: From this share of numbers on, a word among them is a mistake.
MOSTLY = 0.9
#: Text whose values hardly repeat is a key, even where they are few.
_KEY_SHARE = 0.5
_KEY_FROM_VALUES = 20
_SAMPLE = 1000

# Whole numbers under such a name are keys: card1, cc_num, CUSTOMER_ID.
_KEY_NAMES = frozenset(
    {
        *("id", "ids", "num", "number", "no", "nr", "nbr", "key", "uuid", "guid"),
        *("card", "account", "acct", "customer", "client", "merchant", "device"),
        *("terminal", "user", "iban", "pan", "ssn", "zip", "zipcode", "postcode"),
        *("phone", "msisdn", "token", "hash", "cc"),
    }
)
# Such numbers before a name count things: num_items, number_of_cards.
_AFTER_THE_FACT = re.compile(
    r"fraud|chargeback|charge_back|dispute|label|scenario|flagged|investigat|"
    r"verdict|outcome|decision|blocked|declined|refund",
    re.IGNORECASE,
)

#: Spans in which a number of that unit since 1970 lies: 2000 to 2100.
_EPOCH_SPAN = (946_684_800.0, 4_102_444_800.0)


@dataclass(frozen=True)
class Found:
    """A column with what it is and the numbers that the model takes of it."""

    column: Column
    #: (n_rows,) with NaN for missing; None for what is no input.
    values: Floats | None = None
    #: Rows whose value is of another kind than the column's, and that kind.
    stray: npt.NDArray[np.bool_] | None = None
    stray_kind: str = ""
    #: Distinct values, without missing.
    distinct: int = 0
    notes: tuple[str, ...] = ()
    #: For an entity: a number per key, -1 for missing.
    keys: npt.NDArray[np.intp] | None = None
    #: The text of each key.
    key_values: tuple[str, ...] = ()


def is_after_the_fact(name: str) -> bool:
    """Whether a name is of something known only when the fraud is."""
    return bool(_AFTER_THE_FACT.search(name))


def is_key_name(name: str) -> bool:
    """Whether whole numbers of that name are keys and not quantities."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).replace("-", "_").lower()
    parts = [part for part in re.split(r"[_\s.]+", words) if part]
    if not parts:
        return False
    last = parts[-1]
    bare = last.rstrip("0123456789")
    # card1 is a card; id_01 is the first of a series of features.
    if bare in _KEY_NAMES and bare not in {"id", "ids", "no", "nr", "num"}:
        return bool(bare)
    return last in _KEY_NAMES


def find_kind(
    name: str, data: pa.ChunkedArray, options: Columns, *, is_text_file: bool
) -> Found:
    """Say what a column is and turn it into numbers.

    Parameters
    ----------
    name : str
    data : pyarrow.ChunkedArray of shape (n_rows,)
    options : Columns
    is_text_file : bool
        Whether the column comes from a file that knows no types.
    """
    forced = _forced(name, options)
    if not name:
        return Found(Column(name, Kind.UNNAMED, "it has no name: an index"))
    if name in options.drop:
        return Found(Column(name, Kind.DROPPED, "--drop-columns names it"))
    data, what = _simplified(data)
    if data is None:
        return Found(Column(name, Kind.DROPPED, f"{what}: no model takes it"))
    role = {options.time: "time", options.amount: "amount"}.get(name, "")
    rows, count = len(data), len(data) - data.null_count
    least = min(LEAST_VALUES, rows)
    if count == 0 or (count < least and not forced and not role):
        why = f"{count} of {rows} rows have a value, expected at least {least}"
        return Found(Column(name, Kind.EMPTY, why))
    if pa.types.is_timestamp(data.type):
        found = _from_moments(name, data)
    elif pa.types.is_string(data.type):
        found = _from_text(name, data, options, forced, is_text_file=is_text_file)
    else:
        found = _from_numbers(name, data, options, forced)
    if not forced and not role and _is_constant(data, rows):
        column = replace(found.column, kind=Kind.CONSTANT, why="it has one value only")
        return Found(column)
    missing = found.values is not None and bool(np.isnan(found.values).any())
    can_be_missing = found.column.kind.is_input and (missing or options.answer_missing)
    return replace(
        found, column=replace(found.column, role=role, can_be_missing=can_be_missing)
    )


def _forced(name: str, options: Columns) -> Kind | None:
    if name in options.kinds:
        return Kind(options.kinds[name])
    if name in options.entities:
        return Kind.ENTITY
    if name in options.categories:
        return Kind.CATEGORY
    if name == options.time and options.time_unit:
        return Kind.TIMESTAMP
    return None


def _simplified(data: pa.ChunkedArray) -> tuple[pa.ChunkedArray | None, str]:
    """Bring Arrow's many types down to text, numbers, booleans and moments."""
    kind = data.type
    if pa.types.is_dictionary(kind):
        data, kind = data.cast(kind.value_type), kind.value_type
    if pa.types.is_large_string(kind) or kind == pa.string_view():
        data, kind = data.cast(pa.string()), pa.string()
    if pa.types.is_string(kind):
        blank = pc.is_in(
            pc.utf8_trim_whitespace(data), value_set=pa.array(sorted(MISSING_WORDS))
        )
        data = pc.if_else(blank, pa.scalar(None, pa.string()), data)
    elif pa.types.is_date(kind):
        data = data.cast(pa.timestamp("ms"))
    elif pa.types.is_null(kind) or pa.types.is_decimal(kind) or kind == pa.float16():
        data = data.cast(pa.float64())
    elif pa.types.is_duration(kind) or pa.types.is_time(kind):
        whole = pa.int64() if kind.bit_width == 64 else pa.int32()  # noqa: PLR2004
        data = data.cast(whole).cast(pa.float64())
    elif not (
        pa.types.is_timestamp(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_boolean(kind)
    ):
        return None, f"it is of type {kind}"
    return data, ""


def _is_constant(data: pa.ChunkedArray, rows: int) -> bool:
    return (
        rows >= CONSTANT_FROM_ROWS
        and data.null_count == 0
        and len(pc.unique(data)) == 1
    )


def _from_moments(name: str, data: pa.ChunkedArray) -> Found:
    per_second = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[data.type.unit]
    values = _floats(data.cast(pa.int64())) / per_second
    column = Column(name, Kind.TIMESTAMP, "its type is a timestamp", time_format=ISO)
    return Found(column, values, distinct=_count_distinct(data))


def _from_numbers(
    name: str, data: pa.ChunkedArray, options: Columns, forced: Kind | None
) -> Found:
    """Numbers and booleans, by their Arrow type."""
    if pa.types.is_boolean(data.type):
        if forced is Kind.NUMBER:
            return Found(
                Column(name, forced, "an option says so"), _floats(data.cast(pa.int8()))
            )
        return _as_category(name, _text_of(data), "true and false", is_boolean=True)
    values = _floats(data)
    values = _without_codes(values, options.missing_values)
    return _of_numbers(Column(name, Kind.NUMBER), data, values, options, forced)


def _of_numbers(
    column: Column,
    data: pa.ChunkedArray,
    values: Floats,
    options: Columns,
    forced: Kind | None,
) -> Found:
    """Say what numbers are: quantities, keys, or moments."""
    name = column.name
    known = values[~np.isnan(values)]
    codes = tuple(code for code in options.missing_values)
    column = replace(column, missing_codes=codes)
    if forced is Kind.CATEGORY:
        return _as_category(name, _text_of(data), "an option says so")
    if forced is Kind.ENTITY:
        return _as_entity(name, data, "an option says so")
    unit = options.time_unit if name == options.time else ""
    why = f"--time-unit {unit}" if unit else "numbers of this span are moments"
    unit = unit or (_epoch_unit(known) if forced is not Kind.NUMBER else "")
    if forced is Kind.TIMESTAMP and not unit:
        unit, why = "s", "an option says so; taken as seconds"
    if unit:
        column = replace(column, kind=Kind.TIMESTAMP, why=why, time_format=unit)
        return Found(
            column, values * SECONDS_PER_UNIT[unit], distinct=_count_distinct(data)
        )
    whole = bool(len(known)) and bool((known == np.rint(known)).all())
    named = name in (options.time, options.amount)
    if forced is None and whole and not named and is_key_name(name):
        return _as_entity(name, data, "whole numbers, and its name is a key's")
    why = "an option says so" if forced else "numbers"
    column = replace(column, kind=Kind.NUMBER, why=why)
    return Found(column, values, distinct=_count_distinct(data))


def _epoch_unit(known: Floats) -> str:
    """Return the unit in which all values lie between 2000 and 2100; "" for none.

    Amounts and keys may be as large, so that the values must be whole and many.
    """
    if len(known) < 2 or not (known == np.rint(known)).all():  # noqa: PLR2004
        return ""
    low, high = float(known.min()), float(known.max())
    for unit in ("s", "ms", "us", "ns"):
        seconds = SECONDS_PER_UNIT[unit]
        if _EPOCH_SPAN[0] <= low * seconds and high * seconds <= _EPOCH_SPAN[1]:
            return unit
    return ""


def _from_text(
    name: str,
    data: pa.ChunkedArray,
    options: Columns,
    forced: Kind | None,
    *,
    is_text_file: bool,
) -> Found:
    if forced is Kind.ENTITY:
        return _as_entity(name, data, "an option says so")
    texts: list[str] = pc.unique(data).drop_null().to_pylist()
    is_boolean = {text.strip().lower() for text in texts} <= {"true", "false"}
    found = None
    if forced in (None, Kind.NUMBER, Kind.TIMESTAMP):
        found = _numbers_of_text(name, data, options, forced, is_text_file=is_text_file)
    if found is None and forced in (None, Kind.TIMESTAMP):
        found = _moments_of_text(name, data, texts, forced)
    if found is not None:
        return found
    if forced is Kind.CATEGORY:
        return _as_category(name, data, "an option says so", is_boolean=is_boolean)
    if is_boolean:
        return _as_category(name, data, "true and false", is_boolean=True)
    count = len(data) - data.null_count
    repeats = len(texts) < _KEY_FROM_VALUES or len(texts) <= _KEY_SHARE * count
    if len(texts) <= MOST_CATEGORIES and repeats:
        return _as_category(name, data, f"text with {len(texts)} values")
    return _as_entity(name, data, f"text with {len(texts):,} values")


def _numbers_of_text(
    name: str,
    data: pa.ChunkedArray,
    options: Columns,
    forced: Kind | None,
    *,
    is_text_file: bool,
) -> Found | None:
    """Numbers that are written as text, with or without marks between thousands."""
    trimmed = pc.utf8_trim_whitespace(data)
    if forced is None and _any_match(trimmed, r"^[-+]?0[0-9]"):
        return None  # 00501 is a code
    count = len(data) - data.null_count
    forms = [
        (form, _read_numbers(trimmed, form)) for form in _number_forms(name, trimmed)
    ]
    column, text = max(forms, key=lambda form: len(form[1]) - form[1].null_count)
    hits = len(text) - text.null_count
    if hits == 0 or (forced is None and hits < MOSTLY * count and count - hits > 1):
        return None
    marked = column.is_grouped or column.decimal_comma
    if not (is_text_file or forced or marked or _any_match(text, r"[.eE]")):
        return None  # a file that has types says text of whole numbers: codes
    values = _floats(text.cast(pa.float64()))
    stray = np.isnan(values) & np.asarray(pc.is_valid(data))
    values = _without_codes(values, options.missing_values)
    found = _of_numbers(column, text, values, options, forced)
    words = (
        "the comma is read as the decimal point"
        if column.decimal_comma
        else "marks between thousands are left out"
    )
    return replace(
        found,
        stray=stray if stray.any() else None,
        stray_kind="text",
        notes=(f"{shown(name)}: {words}",) if marked else (),
    )


def _read_numbers(text: pa.ChunkedArray, form: Column) -> pa.ChunkedArray:
    """Return the cells that are numbers of that form, as plain numbers; else null."""
    plain = r"^[-+]?(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|(?i:inf|infinity))$"
    if not (form.is_grouped or form.decimal_comma):
        matches = pc.match_substring_regex(text, plain)
        return pc.if_else(matches, text, pa.scalar(None, pa.string()))
    group, point = (
        (r"[. '\x{00a0}]", ",") if form.decimal_comma else ((r"[, '\x{00a0}]", r"\."))
    )
    pattern = rf"^[-+]?([0-9]{{1,3}}({group}[0-9]{{3}})+|[0-9]+)({point}[0-9]+)?$"
    matches = pc.match_substring_regex(text, pattern)
    text = pc.replace_substring_regex(text, group, "")
    if form.decimal_comma:
        text = pc.replace_substring(text, ",", ".")
    return pc.if_else(matches, text, pa.scalar(None, pa.string()))


def _any_match(text: pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(text, pattern)).as_py())


def _number_forms(name: str, text: pa.ChunkedArray) -> list[Column]:
    """Ways to write numbers that are worth trying on this text."""
    forms = [Column(name, Kind.NUMBER)]
    # 12,50 shows that the comma is the decimal point; 1,234 does not.
    if _any_match(text, r"^[-+]?([0-9]*|[0-9.]+),([0-9]{1,2}|[0-9]{4,})$"):
        forms.append(Column(name, Kind.NUMBER, decimal_comma=True))
    if _any_match(text, r"[0-9][, '\x{00a0}][0-9]"):
        forms.append(Column(name, Kind.NUMBER, is_grouped=True))
    return forms


def _moments_of_text(
    name: str, data: pa.ChunkedArray, texts: list[str], forced: Kind | None
) -> Found | None:
    form, notes = _time_form(texts[:_SAMPLE])
    if not form:
        return None
    seconds: dict[str, float] = {}
    for text in texts:
        try:
            seconds[text] = seconds_of_text(text, form)
        except (ValueError, OverflowError):
            seconds[text] = np.nan
    bad = sum(value != value for value in seconds.values())  # noqa: PLR0124
    if forced is None and bad > (1 - MOSTLY) * len(texts):
        return None
    codes, distinct = _dictionary(data)
    values = np.array([*(seconds[text] for text in distinct), np.nan])[codes]
    stray = np.isnan(values) & (codes >= 0)
    why = "text that is a timestamp"
    return Found(
        Column(name, Kind.TIMESTAMP, why, time_format=form),
        values,
        stray=stray if stray.any() else None,
        stray_kind="no timestamp",
        distinct=len(texts),
        notes=tuple(f"{shown(name)}: {note}" for note in notes),
    )


def _time_form(texts: Sequence[str]) -> tuple[str, list[str]]:
    """Return the form that most of the texts have, "" for none, and what is unclear."""
    fits = []
    for form in (ISO, *FORMS):
        good = 0
        for tried, text in enumerate(texts):
            good += _reads(text, form)
            if tried == 9 and not good:  # noqa: PLR2004
                break
        if good and good >= MOSTLY * len(texts):
            fits.append((good, form))
        if form == ISO and fits:
            return ISO, []
    if not fits:
        return "", []
    most = max(good for good, _ in fits)
    best = [form for good, form in fits if good == most]
    if len(best) > 1 and best[0].startswith("%d") and best[1].startswith("%m"):
        return best[0], ["day and month may both come first; the day was taken."]
    return best[0], []


def _reads(text: str, form: str) -> bool:
    try:
        seconds_of_text(text, form)
    except (ValueError, OverflowError):
        return False
    return True


def _as_category(
    name: str,
    data: pa.ChunkedArray,
    why: str,
    *,
    is_boolean: bool = False,
) -> Found:
    """Codes by falling frequency in the whole of the data; NaN is missing."""
    text = pc.utf8_trim_whitespace(data)
    codes, values = _dictionary(text)
    notes: tuple[str, ...] = ()
    if is_boolean:
        words = [boolean_text(value) for value in values]
        keep = [word for word in dict.fromkeys(words) if word is not None]
        place = {word: keep.index(word) for word in keep}
        table = np.array([place[word] if word else -1 for word in words] + [-1])
        codes, values = table[codes], keep
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    order = np.lexsort((np.array(values, dtype=object).astype(str), -counts))
    place_of = np.empty(len(values) + 1)
    place_of[order] = np.arange(len(values))
    place_of[-1] = np.nan
    limit = MOST_LONG_CATEGORIES if len(values) > MOST_CATEGORIES else len(values)
    kept = order[:limit]
    numbers = np.minimum(place_of, float(len(kept)))[codes]
    if len(values) > limit:
        share = float(counts[order[limit:]].sum() / max(counts.sum(), 1))
        others = f"the others ({share:.1%} of the rows) become one"
        notes = (
            f"{shown(name)}: {limit} of {len(values):,} values are kept, {others}",
        )
    column = Column(
        name,
        Kind.CATEGORY,
        why,
        categories=tuple(values[i] for i in kept),
        is_boolean=is_boolean,
    )
    return Found(column, numbers, distinct=len(values), notes=notes)


def _as_entity(name: str, data: pa.ChunkedArray, why: str) -> Found:
    codes, values = _dictionary(data)
    texts = tuple(entity_text(value) or "" for value in values)
    return Found(
        Column(name, Kind.ENTITY, why),
        distinct=len(values),
        keys=codes,
        key_values=texts,
    )


def _dictionary(data: pa.ChunkedArray) -> tuple[npt.NDArray[np.intp], list[str]]:
    encoded = data.dictionary_encode()
    joined = (
        pa.concat_arrays(encoded.unify_dictionaries().chunks)
        if encoded.num_chunks > 1
        else encoded.chunk(0)
    )
    codes = joined.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return codes.astype(np.intp), joined.dictionary.to_pylist()


def _count_distinct(data: pa.ChunkedArray) -> int:
    return int(pc.count_distinct(data, mode="only_valid").as_py())


def _text_of(data: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write numbers and booleans as a category's text: whole ones without a point."""
    if pa.types.is_string(data.type):
        return data
    if pa.types.is_floating(data.type):
        whole = pc.equal(data, pc.round(data))
        if bool(pc.all(whole).as_py()):
            data = data.cast(pa.int64())
    return data.cast(pa.string())


def _floats(data: pa.ChunkedArray) -> Floats:
    values: Floats = np.asarray(
        data.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64
    )
    return values if values.flags.writeable else values.copy()


def _without_codes(values: Floats, codes: Sequence[float]) -> Floats:
    if codes:
        values[np.isin(values, codes)] = np.nan
    return values
