"""A text file's columns of numbers are read as such, and mean what their text did."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from training.columns import Columns
from training.data import csv_files
from training.data.plain_numbers import collect
from training.data.table_kinds import find_kinds
from training.data.tables import read_table

#: Of few bytes, so that a small file has many.
BLOCK_BYTES = 200
CELLS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
    st.integers(-(10**6), 10**6).map(str),
    st.sampled_from(["", "NA", "00501", "0", "-0.0", "1.50", "inf", "1e400", " 2.5"]),
    st.sampled_from(["+1.5", "1,5", "$3.10", "abc", "12:30", "2026-01-31", "0x10"]),
)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_files, "BLOCK_BYTES", BLOCK_BYTES)


def write(path: Path, values: list[str]) -> Path:
    rows = "".join(f'{i % 2},"{value}"\n' for i, value in enumerate(values))
    path.write_text(f"Class,value\n{rows}")
    return path


def kind_of(path: Path, as_text: set[str] | None) -> pa.DataType:
    return read_table([path], as_text=as_text).data.schema.field("value").type


@given(cells=st.lists(CELLS, min_size=1, max_size=30))
@example(cells=["1.5", "1.50"] * 15)
@example(cells=["1.50"] * 15 + ["1.5"] * 15)
@settings(deadline=None)
def test_a_column_is_found_to_be_the_same_whether_it_is_read_as_text_or_not(
    cells: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write(tmp_path_factory.mktemp("table") / "data.csv", cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_files, "BLOCK_BYTES", BLOCK_BYTES)
        of_numbers = find_kinds(read_table([path], as_text={"Class"}), Columns())[1]
    of_text = find_kinds(read_table([path]), Columns())[1]
    assert of_numbers.column == of_text.column
    assert of_numbers.notes == of_text.notes
    np.testing.assert_equal(of_numbers.values, of_text.values)
    np.testing.assert_equal(of_numbers.stray, of_text.stray)
    np.testing.assert_equal(of_numbers.keys, of_text.keys)


@pytest.mark.usefixtures("small_blocks")
class TestBlocks:
    def test_a_fraction_makes_numbers_of_the_whole_column(self, tmp_path: Path) -> None:
        path = write(tmp_path / "data.csv", [*["1"] * 200, "2.5", *["3"] * 200])
        assert kind_of(path, {"Class"}) == pa.float64()

    def test_whole_numbers_keep_their_text(self, tmp_path: Path) -> None:
        path = write(tmp_path / "data.csv", ["1.0", "7"] * 200)
        assert kind_of(path, {"Class"}) == pa.string()

    @pytest.mark.parametrize("late", ["00501", "word", "1e400", "1,5"])
    def test_a_late_cell_that_is_no_number_brings_the_text_back(
        self, tmp_path: Path, late: str
    ) -> None:
        cells = [*["1.50"] * 200, late, *["3.10"] * 200]
        path = write(tmp_path / "data.csv", cells)
        table = read_table([path], as_text={"Class"})
        assert table.data["value"].to_pylist() == cells

    def test_a_column_that_is_to_stay_text_does(self, tmp_path: Path) -> None:
        path = write(tmp_path / "data.csv", ["1.5"] * 10)
        assert kind_of(path, {"value"}) == pa.string()
        assert kind_of(path, None) == pa.string()

    def test_parts_of_which_one_has_no_fraction_are_text_together(
        self, tmp_path: Path
    ) -> None:
        files = [
            write(tmp_path / "a.csv", ["1.50"] * 3),
            write(tmp_path / "b.csv", ["2"] * 3),
        ]
        table = read_table(files, as_text={"Class"})
        assert table.data["value"].to_pylist() == ["1.50"] * 3 + ["2"] * 3


def test_numbers_are_in_one_piece_and_gaps_are_null() -> None:
    texts = pa.array(["1.5", None]), pa.array(["2.5", "3"])
    batches = [pa.RecordBatch.from_arrays([text], ["x"]) for text in texts]
    columns, lost = collect(batches, batches[0].schema, ())
    assert not lost
    assert columns["x"].num_chunks == 1
    assert columns["x"].to_pylist() == [1.5, None, 2.5, 3.0]
