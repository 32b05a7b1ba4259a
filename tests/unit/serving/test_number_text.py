"""A number as text means the same to training, a request, a history and a rule."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from artifact.columns import Column
from artifact.manifest import Feature, Manifest, SelfTest, TrainingData
from artifact.value_encoders import any_encoder
from artifact.value_kinds import MISSING_WORDS, WrongKindError
from serving.errors import RequestError
from serving.formats.schema import Schema
from training.data.number_text import read_number_text

#: Cells of columns that write numbers in one way each.
COLUMNS = {
    "comma": ("14,13", "11,49", "812,40"),
    "comma, points between thousands": ("14,13", "1.358,00", "1.234.567,8"),
    "comma, euros": ("14,13 €", "1.358,00\u00a0€", "(3,25)"),
    "point, commas between thousands": ("14.13", "1,358.00", "7"),
    "point, dollars": ("$14.13", "$1,358.00", "-$3"),
    "point": ("14.13", "11.49", "7"),
    "brackets": ("14.13", "(3.25)", "7"),
}


def training_reads(cells: tuple[str, ...], text: str) -> tuple[Column, float]:
    """The column of many such cells and the text, and the text's number; or NaN."""
    # The form is that of the first thousand cells, whatever comes after.
    data = pa.chunked_array([[*cells * 400, text]])
    read = read_number_text("a", data, is_forced=True, is_text_file=True)
    assert read is not None
    return read.column, float(read.values[-1])


@cache
def column_of(cells: tuple[str, ...]) -> Column:
    return training_reads(cells, cells[0])[0]


@cache
def schema_of(column: Column) -> Schema:
    feature = Feature("a", "float64", {0.0: 0.0, 0.5: 0.5, 1.0: 1.0})
    facts = TrainingData(sha256="0" * 64, rows=4, frauds=2)
    test = SelfTest({"a": 1.0}, 0.5)
    return Schema(Manifest({}, (feature,), "Class", {}, facts, test, columns=(column,)))


def readings(column: Column, text: str) -> list[float | None]:
    """What each reader makes of the text; None where it is refused."""
    schema = schema_of(column)
    found: list[float | None] = []
    # In JSON a string is a number only where training saw marks.
    in_json = schema.encoded if column.is_marked else schema.encoded_cell
    readers: tuple[Callable[[], float], ...] = (
        lambda: schema.encoded_cell(text, 1, 0),
        lambda: in_json(text, 1, 0),
        lambda: any_encoder(column)(text),
        lambda: any_encoder(column.number_form)(text),
    )
    for read in readers:
        try:
            found.append(read())
        except (RequestError, WrongKindError):
            found.append(None)
    return found


COMMA, POINTS, EUROS, COMMAS, DOLLARS, POINT, BRACKETS = COLUMNS


@pytest.mark.parametrize(
    ("column", "text", "number"),
    [
        *[(COMMA, "13,58", 13.58), (COMMA, "812,40", 812.4), (COMMA, "7", 7.0)],
        *[(COMMA, "1.358,00", 1358.0), (COMMA, "1.234.567", 1_234_567.0)],
        *[(COMMA, "1 358,00", 1358.0), (COMMA, "-1'358", -1358.0)],
        *[(COMMA, text, None) for text in ("13.58", "1,358.00", "1.358", "0.5", ".5")],
        *[(COMMA, text, None) for text in ("1.35,8", "13.58,00", "1.3.58", "1e3")],
        *[(COMMA, text, None) for text in ("1,358,000", "0.123,5", "1.2345,6")],
        *[(POINTS, "1.358", 1358.0), (POINTS, "1.358,00", 1358.0)],
        *[(POINTS, text, None) for text in ("13.58", "1,358.00", "0.358", "1358.5")],
        *[(EUROS, "1.358,00 €", 1358.0), (EUROS, "13,58", 13.58)],
        *[(EUROS, text, None) for text in ("13.58 €", "1,358.00 €", "$3")],
        *[(COMMAS, "1,358.00", 1358.0), (COMMAS, "1,358", 1358.0)],
        *[(COMMAS, "13.58", 13.58), (COMMAS, ".5", 0.5), (COMMAS, "1e3", 1000.0)],
        *[(COMMAS, text, None) for text in ("13,58", "1.358,00", "1,35.8", "0,123")],
        *[(DOLLARS, "$ 1,358.00", 1358.0), (DOLLARS, "$13,58", None)],
        *[(POINT, "13.58", 13.58), (POINT, "13,58", None), (POINT, "1,358", None)],
        *[(BRACKETS, "(3.25)", -3.25), (BRACKETS, "3,25", None)],
    ],
)
def test_a_number_is_read_as_training_reads_it_or_not_at_all(
    column: str, text: str, number: float | None
) -> None:
    found = readings(column_of(COLUMNS[column]), text)
    assert found == [number] * 4
    if number is not None:
        assert training_reads(COLUMNS[column], text)[1] == number


_LIKE_NUMBERS = st.text("0123456789.,' \u00a0-+()$€eE", max_size=12)


@given(column=st.sampled_from(sorted(COLUMNS)), text=st.text() | _LIKE_NUMBERS)
@example(column="comma", text="13.58")
@example(column="comma, euros", text="5\u00a0€")
def test_whatever_the_text_a_request_means_what_training_means(
    column: str, text: str
) -> None:
    cells = COLUMNS[column]
    if text.strip() in MISSING_WORDS:
        return
    trained = training_reads(cells, text)[1]
    for number in readings(column_of(cells), text):
        assert number is None or number == trained, (number, trained)


@pytest.mark.parametrize("text", ["13.58", "1,358.00"])
def test_the_refusal_says_how_to_write_it_and_never_the_value(text: str) -> None:
    schema = schema_of(column_of(COLUMNS[COMMA]))
    for read in (schema.encoded, schema.encoded_cell):
        with pytest.raises(RequestError) as caught:
            read(text, 1, 0)
        said = str(caught.value.__dict__)
        assert "a number, or text with a decimal comma" in said
        assert "text that is not written as in training" in said
        assert "'a'" in said
        assert text not in said


def test_training_takes_no_number_of_the_other_form() -> None:
    cells = COLUMNS[COMMA]
    for text in ("86.52", "1,358.00", "0.358"):
        assert math.isnan(training_reads(cells, text)[1])
    assert np.isclose(training_reads(cells, "1.358")[1], 1358)
