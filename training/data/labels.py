"""Labels as they are: 0 and 1, true and false, Y and N, fraud and legit."""

import re
from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from artifact.value_kinds import MISSING_WORDS, category_text
from training.columns import Columns
from training.data.dataset import Floats
from training.data.shown_names import shown
from training.data.tables import Table
from training.errors import TrainingError

_FRAUD = frozenset(
    {
        *("1", "true", "t", "yes", "y", "fraud", "fraudulent", "chargeback"),
        *("charge back", "cbk", "is fraud", "scam", "illicit", "bad", "betrug"),
        *("ja", "oui", "si", "sí", "sim", "tak", "fraude", "frode"),
    }
)
_LEGITIMATE = frozenset(
    {
        *("0", "false", "f", "no", "n", "legit", "legitimate", "genuine", "normal"),
        *("non-fraud", "nonfraud", "not fraud", "no fraud", "licit", "valid", "ok"),
        *("no chargeback", "none", "good", "kein betrug", "nein", "non", "não", "nao"),
        *("nee", "nej", "nie"),
    }
)
#: Of other tongues: yes beside N alone, since S is also settled and O open.
_YES_BESIDE_N = frozenset({"s", "o", "j"})
#: Numbers are plain together only: 1 beside 2 is either.
_NUMBERS = frozenset({"0", "1"})
_UNLABELLED = frozenset({"unknown", "unlabelled", "unlabeled", "pending", "?"})


def read_labels(data: pa.ChunkedArray, columns: Columns, file: str) -> Floats:
    """Return 1 for fraud, 0 for legitimate, NaN for no label, 2 for what is unclear.

    Raises
    ------
    TrainingError
        If the column's two values do not say which of them is fraud.
    """
    encoded = data.dictionary_encode()
    if pa.types.is_dictionary(data.type):
        encoded = data
    chunks = encoded.unify_dictionaries().chunks
    joined = pa.concat_arrays(chunks)
    codes = joined.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.intp)
    values = [_word(value) for value in joined.dictionary.to_pylist()]
    meanings = _meanings(values, columns)
    table = np.array([*(meanings[word] for word in values), np.nan])
    labels: Floats = table[codes]
    unclear = {word for word in values if meanings[word] == _UNCLEAR}
    known = set(values) - unclear - _UNLABELLED - {""}
    if len(known) == len(unclear) == 1 and _has_contrary(*known):
        # Of two values in words one is plain, so that the other is its contrary.
        contrary = 1.0 - meanings[known.pop()]
        return np.where(labels == _UNCLEAR, contrary, labels)
    if columns.fraud_value and not (labels == 1).any():
        raise TrainingError(
            f"{file}: no row of the label {shown(columns.label)} has the value that "
            "--fraud-value names; correct it."
        )
    if unclear and (len(unclear) + len(known) <= 3) and _is_dense(labels):  # noqa: PLR2004
        raise TrainingError(
            f"{file}: the values of the label {shown(columns.label)} do not say which "
            "of them is fraud, expected 0 and 1, true and false, Y and N, fraud and "
            "legit; name the value that means fraud with --fraud-value."
        )
    return labels


def are_plain_labels(data: pa.ChunkedArray) -> bool:
    """Whether a column has two values, of which one means fraud by itself and one not.

    A column that nobody named as the label says more of itself than that it has one
    word such as ok.
    """
    words = {_word(value) for value in data.unique().to_pylist()} - {""}
    meanings = _meanings(words, Columns())
    return len(words) == 2 and sorted(meanings.values()) == [0.0, 1.0]  # noqa: PLR2004


def label_faults(table: Table, labels: Floats, columns: Columns) -> list[str]:
    """Say what is wrong with the labels that `read_labels` returned.

    That a class is absent is no fault of a sample.
    """
    faults = unclear_labels(table, labels, columns)
    if faults or table.is_sample:
        return faults
    name = shown(columns.label)
    return [
        f"{table.parts[0].file}: column {name} has no row of value {value} ({word}); "
        "training needs both classes."
        for value, word in ((0, "legitimate"), (1, "fraudulent"))
        if not (labels == value).any()
    ][:1]


def unclear_labels(table: Table, labels: Floats, columns: Columns) -> list[str]:
    """Name the first row without a label, and the first whose label is neither."""
    name = shown(columns.label)
    absent = np.isnan(labels)
    faults = []
    if absent.any() and columns.unlabelled == "refuse":
        file, place = table.place(int(np.argmax(absent)))
        faults.append(
            f"{file}: column {name} in {place} is empty, the first of "
            f"{np.count_nonzero(absent):,} rows without a label; label them, or leave "
            "them out with --unlabelled drop."
        )
    wrong = ~absent & (labels != 0) & (labels != 1)
    if wrong.any():
        file, place = table.place(int(np.argmax(wrong)))
        faults.append(
            f"{file}: column {name} in {place} is neither 0 (legitimate) nor 1 "
            "(fraud); correct it, or name the value that means fraud with "
            "--fraud-value."
        )
    return faults


_UNCLEAR = 2.0
#: A whole number with decimals, as Spark writes it.
_WHOLE = re.compile(r"^(\d+)\.0+$")


def _is_dense(labels: Floats) -> bool:
    """Whether unclear values are many, not one slip of the pen."""
    unclear = int(np.count_nonzero(labels == _UNCLEAR))
    return unclear > max(1, 0.05 * len(labels))


def _word(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    text = (
        str(value)
        if not isinstance(value, (bool, int, float))
        else (category_text(value))
    )
    text = text.strip()
    if text in MISSING_WORDS:
        return ""
    text = text.strip("'\"").strip().lower()
    return _WHOLE.sub(r"\1", text)


def _meanings(words: Iterable[str], columns: Columns) -> dict[str, float]:
    """Return what each of a column's words means."""
    meanings = {word: _meaning(word, columns) for word in words}
    said = meanings.keys() - _UNLABELLED - {""}
    letters = said & _YES_BESIDE_N
    if not columns.fraud_value and len(letters) == 1 and said - letters == {"n"}:
        meanings[letters.pop()] = 1.0
    return meanings


def _has_contrary(word: str) -> bool:
    """Whether what is not this word is its contrary: F is false, or fraud beside L."""
    return len(word) > 1 and word not in _NUMBERS


def _meaning(word: str, columns: Columns) -> float:
    if not word:
        return np.nan
    if columns.fraud_value:
        wanted = _word(columns.fraud_value)
        if word == wanted:
            return 1.0
        return np.nan if word in _UNLABELLED else 0.0
    if word in _FRAUD:
        return 1.0
    if word in _LEGITIMATE:
        return 0.0
    return np.nan if word in _UNLABELLED else _UNCLEAR
