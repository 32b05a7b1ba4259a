"""Columns whose values are names: categories, which get codes, and entities."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from artifact.columns import Column, Kind
from artifact.history.asof import entity_codes
from artifact.value_kinds import boolean_text
from training.columns import MOST_CATEGORIES
from training.data.arrow_values import dictionary_of
from training.data.found import Found
from training.data.shown_names import shown

#: What --categories keeps of a longer column; the rest is "other".
MOST_LONG_CATEGORIES = 200


def as_category(
    name: str,
    data: pa.ChunkedArray,
    why: str,
    *,
    is_boolean: bool = False,
) -> Found:
    """Codes by falling frequency in the whole of the data; NaN is missing."""
    text = pc.utf8_trim_whitespace(data)
    codes, values = dictionary_of(text)
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
        notes = (note_of_others(name, limit, len(values), share),)
    column = Column(
        name,
        Kind.CATEGORY,
        why,
        categories=tuple(values[i] for i in kept),
        is_boolean=is_boolean,
    )
    return Found(column, numbers, distinct=len(values), notes=notes)


def note_of_others(name: str, kept: int, values: int, share: float) -> str:
    """Say that the rarest values become one, which `share` of the rows have."""
    others = f"the others ({share:.1%} of the rows) become one"
    return f"{shown(name)}: {kept} of {values:,} values are kept, {others}"


def as_entity(name: str, data: pa.ChunkedArray, why: str) -> Found:
    """Return keys for histories: a number per row, and the text of each number."""
    codes, texts = entity_codes(*dictionary_of(data))
    return Found(
        Column(name, Kind.ENTITY, why),
        distinct=len(texts),
        keys=codes,
        key_values=texts,
    )
