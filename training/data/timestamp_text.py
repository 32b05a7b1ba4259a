"""Columns of text that are timestamps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from artifact.timestamps import FORMS, ISO, seconds_of_text
from training.data.dataset import Floats
from training.data.number_text import MOSTLY

_SAMPLE = 1000
#: So many values that are no timestamps of a form end its trial.
_TRIED = 10


@dataclass(frozen=True)
class TimestampText:
    """Text as seconds since 1970: in which form, and what is unclear about it."""

    form: str
    #: (n_rows,) with NaN for missing and for what is no timestamp.
    values: Floats
    notes: tuple[str, ...]


def read_timestamp_text(
    texts: list[str], decode: Callable[[list[float]], Floats], *, is_forced: bool
) -> TimestampText | None:
    """Read distinct texts as timestamps; None where they are mostly something else.

    `decode` turns a value per distinct text into one per row.
    """
    form, notes = _time_form(texts)
    if not form:
        return None
    seconds = [_seconds_or_nan(text, form) for text in texts]
    bad = int(np.isnan(seconds).sum())
    if not is_forced and bad > (1 - MOSTLY) * len(texts):
        return None
    return TimestampText(form, decode(seconds), tuple(notes))


def _time_form(texts: Sequence[str]) -> tuple[str, list[str]]:
    """Return the form that most of the texts have, "" for none, and what is unclear.

    A part of them decides, spread over all, since files are in the order of time; where
    it leaves two forms, all do.
    """
    best = _best_forms(texts[:: -(-len(texts) // _SAMPLE)] if texts else [])
    if len(best) > 1:
        best = _best_forms(texts, best)
    if not best:
        return "", []
    if len(best) > 1 and best[0].startswith("%d") and best[1].startswith("%m"):
        return best[0], ["day and month may both come first; the day was taken."]
    return best[0], []


def _best_forms(
    texts: Sequence[str], forms: Sequence[str] = (ISO, *FORMS)
) -> list[str]:
    """Return the forms that most of the texts have, and as many as any other."""
    fits = []
    for form in forms:
        good = 0
        for tried, text in enumerate(texts, 1):
            good += not np.isnan(_seconds_or_nan(text, form))
            if tried == _TRIED and not good:
                break
        if good and good >= MOSTLY * len(texts):
            fits.append((good, form))
        if form == ISO and fits:
            return [ISO]
    most = max((good for good, _ in fits), default=0)
    return [form for good, form in fits if good == most]


def _seconds_or_nan(text: str, form: str) -> float:
    try:
        return seconds_of_text(text, form)
    except (ValueError, OverflowError):
        return np.nan
