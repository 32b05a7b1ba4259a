"""Which data can be trained on, and what is said of data that cannot."""

import gzip
import hashlib
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.columns import Kind
from artifact.value_encoders import LARGEST
from training.columns import Columns
from training.data.reading import read_dataset
from training.errors import TrainingError

HEADER = "Time,V1,Amount,Class\n"
SECRET = "4929123412341234"


def write(path: Path, rows: str, header: str = HEADER) -> Path:
    path.write_text(header + rows)
    return path


def refusal(path: Path, columns: Columns | None = None) -> str:
    with pytest.raises(TrainingError) as caught:
        read_dataset(path, columns or Columns())
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_every_format_gives_the_same_values(
    frame: pd.DataFrame, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"data{suffix}"
    if suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    data = read_dataset(path, Columns())
    assert data.feature_names == ("Time", "V1", "V2", "Amount")
    np.testing.assert_array_equal(
        data.features, frame.drop(columns="Class").to_numpy(float)
    )
    np.testing.assert_array_equal(data.labels, frame["Class"])
    assert (data.rows, data.frauds, data.weights) == (300, 30, None)


def test_a_directory_of_parts_is_one_data_set(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    frame[:100].to_csv(parts / "part-0.csv", index=False)
    frame[100:250].to_parquet(parts / "part-1.parquet")
    # Columns are taken by name, whatever their order in a part.
    frame[250:][frame.columns[::-1]].to_csv(parts / "part-2.csv.gz", index=False)
    (parts / "_SUCCESS").touch()
    data = read_dataset(parts, Columns())
    np.testing.assert_array_equal(
        data.features, frame.drop(columns="Class").to_numpy(float)
    )
    assert data.frauds == 30


def test_parts_are_found_at_any_depth_in_the_order_of_their_names(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    places = {"year=2025/part-0.csv": (0, 100), "year=2026/a/part-0.csv": (100, 300)}
    for name, (start, stop) in places.items():
        (tmp_path / name).parent.mkdir(parents=True)
        frame[start:stop].to_csv(tmp_path / name, index=False)
    for name in ("_temporary/part-0.csv", ".cache/a/part-0.csv", "year=2025/.part"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("no data")
    data = read_dataset(tmp_path, Columns())
    np.testing.assert_array_equal(
        data.features[:, :4], frame.drop(columns="Class").to_numpy(float)
    )
    # Hive's partitions are columns.
    assert data.feature_names[4] == "year"
    assert data.features[:, 4].tolist() == [2025.0] * 100 + [2026.0] * 200


def test_the_hash_of_parts_depends_on_where_they_are(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    for name in ("a/part-0.csv", "b/part-0.csv"):
        (tmp_path / name).parent.mkdir()
        frame.to_csv(tmp_path / name, index=False)
    before = read_dataset(tmp_path, Columns()).sha256
    (tmp_path / "b").rename(tmp_path / "c")
    assert read_dataset(tmp_path, Columns()).sha256 != before


def test_the_hash_is_the_files_own(csv_file: Path) -> None:
    expected = hashlib.sha256(csv_file.read_bytes()).hexdigest()
    assert read_dataset(csv_file, Columns()).sha256 == expected


def test_the_hash_of_parts_depends_on_every_part(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    frame[:100].to_csv(tmp_path / "part-0.csv", index=False)
    frame[100:].to_csv(tmp_path / "part-1.csv", index=False)
    before = read_dataset(tmp_path, Columns()).sha256
    frame[100:299].to_csv(tmp_path / "part-1.csv", index=False)
    assert read_dataset(tmp_path, Columns()).sha256 != before


def test_weights_are_not_a_feature(frame: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "weighted.csv"
    frame.assign(SampleWeight=2.5).to_csv(path, index=False)
    data = read_dataset(path, Columns())
    assert "SampleWeight" not in data.feature_names
    assert data.weights is not None
    assert set(data.weights) == {2.5}


def test_other_names_for_label_and_weight(tmp_path: Path) -> None:
    path = write(tmp_path / "data.csv", "1,2,0\n3,4,1\n", header="is_fraud,w,x\n")
    path.write_text("x,w,is_fraud\n1,2,0\n3,4,1\n")
    data = read_dataset(path, Columns(label="is_fraud", weight="w"))
    assert data.feature_names == ("x",)
    assert data.columns.label == "is_fraud"


def test_dropped_columns_may_hold_anything(tmp_path: Path) -> None:
    path = write(
        tmp_path / "data.csv",
        "0,1,2,a,0\n1,1,2,,1\n",
        header="Time,V1,Amount,Merchant,Class\n",
    )
    data = read_dataset(path, Columns(drop=("Merchant",)))
    assert data.feature_names == ("Time", "V1", "Amount")


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"\xef\xbb\xbf" + (HEADER + "0,1,2,0\n1,1,2,1\n").encode())
    assert read_dataset(path, Columns()).feature_names[0] == "Time"


class TestRefused:
    def test_no_such_file(self, tmp_path: Path) -> None:
        assert "does not exist" in refusal(tmp_path / "absent.csv")

    def test_empty_directory(self, tmp_path: Path) -> None:
        assert "holds no files" in refusal(tmp_path)

    def test_unknown_format(self, tmp_path: Path) -> None:
        path = tmp_path / "data.xlsx"
        path.write_bytes(b"x")
        assert re.search(r"must end in \.csv, \.csv\.gz, \.parquet", refusal(path))

    def test_empty_file(self, tmp_path: Path) -> None:
        path = tmp_path / "data.csv"
        path.touch()
        assert "data.csv is empty" in refusal(path)

    def test_header_only(self, tmp_path: Path) -> None:
        message = refusal(write(tmp_path / "data.csv", ""))
        assert "a header and no rows" in message

    def test_no_label(self, tmp_path: Path) -> None:
        path = write(tmp_path / "data.csv", "0,1,2\n", header="Time,V1,Amount\n")
        message = refusal(path)
        assert "no column 'Class' for the label" in message
        assert "Time, V1, Amount" in message
        assert "--label-column" in message

    @pytest.mark.parametrize(
        ("name", "values", "is_proposed"),
        [
            *[("verdict", ("fraud", "legit"), True), ("flag", ("0", "1"), True)],
            *[("verdict", ("1", "2", "3"), False), ("status", ("S", "C"), False)],
            *[("status", ("ok", "failed"), False), ("flag", ("x", "y"), False)],
        ],
    )
    def test_no_label_but_a_verdict(
        self, tmp_path: Path, name: str, values: tuple[str, ...], *, is_proposed: bool
    ) -> None:
        """Only one that says fraud and legitimate is proposed; columns are listed."""
        names = ",".join(f"V{i}" for i in range(12))
        lines = "".join(f"{',1' * 12},{value}\n"[1:] for value in values * 4)
        path = write(tmp_path / "data.csv", lines, header=f"{names},{name}\n")
        message = refusal(path)
        assert f"V11, {name})" in message
        ready = f"if it is {name!r}, say --label-column {name}." in message
        assert ready == is_proposed

    def test_nothing_but_the_label(self, tmp_path: Path) -> None:
        path = write(tmp_path / "data.csv", "0\n1\n", header="Class\n")
        assert "no feature besides the label" in refusal(path)

    @pytest.mark.parametrize(
        ("label", "absent"), [(0, "value 1 (fraudulent)"), (1, "value 0 (legitimate)")]
    )
    def test_one_class_only(self, tmp_path: Path, label: int, absent: str) -> None:
        path = write(tmp_path / "data.csv", f"0,1,2,{label}\n" * 3)
        assert f"no row of {absent}" in refusal(path)

    @pytest.mark.parametrize("label", ["2", "-1", "0.5"])
    def test_a_label_that_is_not_binary(self, tmp_path: Path, label: str) -> None:
        path = write(tmp_path / "data.csv", f"0,1,2,0\n1,1,2,1\n2,1,2,{label}\n")
        message = refusal(path)
        assert "column 'Class' in row 3 (line 4) is neither 0" in message

    @pytest.mark.parametrize("text", [SECRET + "x", "1_000", "0x1F", "-"])
    def test_text_in_a_feature(self, tmp_path: Path, text: str) -> None:
        path = write(tmp_path / "data.csv", f"0,1,2,0\n1,{text},2,1\n")
        message = refusal(path)
        assert "column 'V1'" in message
        assert "row 2 (line 3)" in message
        assert SECRET not in message

    @pytest.mark.parametrize("value", ["inf", "-inf", "1e400", "1.1e30", "-1e300"])
    def test_a_value_too_large(self, tmp_path: Path, value: str) -> None:
        path = write(tmp_path / "data.csv", f"0,1,2,0\n1,{value},2,1\n")
        message = refusal(path)
        assert "column 'V1' in row 2 (line 3)" in message

    def test_a_row_cut_short(self, tmp_path: Path) -> None:
        path = write(tmp_path / "data.csv", f"0,1,2,0\n1,1,2,1\n{SECRET},1")
        message = refusal(path)
        assert "row 3 (line 4) has 2 fields, expected 4" in message
        assert SECRET not in message

    def test_a_gzip_file_cut_short(self, frame: pd.DataFrame, tmp_path: Path) -> None:
        path = tmp_path / "data.csv.gz"
        whole = gzip.compress(frame.to_csv(index=False).encode())
        path.write_bytes(whole[: len(whole) // 2])
        assert "truncated" in refusal(path)

    def test_a_parquet_file_cut_short(
        self, frame: pd.DataFrame, tmp_path: Path
    ) -> None:
        path = tmp_path / "data.parquet"
        frame.to_parquet(path)
        path.write_bytes(path.read_bytes()[:-100])
        assert "truncated" in refusal(path)

    @pytest.mark.parametrize("suffix", [".csv.gz", ".parquet"])
    def test_a_file_that_is_not_what_its_name_says(
        self, tmp_path: Path, suffix: str
    ) -> None:
        path = write(tmp_path / f"data{suffix}", "0,1,2,0\n1,1,2,1\n")
        assert "not what its name says" in refusal(path)

    def test_binary_bytes_called_csv(self, tmp_path: Path) -> None:
        path = tmp_path / "data.csv"
        path.write_bytes(bytes(range(256)) * 10)
        refusal(path)

    def test_two_columns_of_one_name(self, tmp_path: Path) -> None:
        names = ["V1", "V1", "Amount", "Class"]
        table = pa.table([[0.0], [1.0], [2.0], [0]], names=names)
        pa.parquet.write_table(table, tmp_path / "data.parquet")
        assert "two columns are called 'V1'" in refusal(tmp_path / "data.parquet")

    def test_parts_with_other_columns(
        self, frame: pd.DataFrame, tmp_path: Path
    ) -> None:
        frame.to_csv(tmp_path / "part-0.csv", index=False)
        frame.assign(V3=0.0).to_csv(tmp_path / "part-1.csv", index=False)
        message = refusal(tmp_path)
        assert "part-1.csv and part-0.csv differ in column 'V3'" in message

    @pytest.mark.parametrize("weight", ["0", "-1"])
    def test_a_weight_that_is_not_positive(self, tmp_path: Path, weight: str) -> None:
        path = write(
            tmp_path / "data.csv",
            f"1,0,1\n1,1,{weight}\n",
            header="V1,Class,SampleWeight\n",
        )
        message = refusal(path)
        assert "column 'SampleWeight' in row 2 (line 3)" in message
        assert "greater than 0" in message

    @pytest.mark.parametrize(
        ("weight", "expected"),
        [
            ("1e-300", "at least 1e-09"),
            ("1e-310", "at least 1e-09"),
            ("1e13", "at most 1e+12"),
        ],
    )
    def test_a_weight_that_rounding_would_lose(
        self, tmp_path: Path, weight: str, expected: str
    ) -> None:
        path = write(
            tmp_path / "data.csv",
            f"1,0,1\n1,1,{weight}\n",
            header="V1,Class,SampleWeight\n",
        )
        message = refusal(path)
        assert "data.csv: column 'SampleWeight' in row 2 (line 3)" in message
        assert f"expected a weight of {expected}" in message

    @pytest.mark.parametrize("weights", [("1e-9", "1e12"), ("1e12", "1e-9")])
    def test_weights_beside_which_a_class_vanishes(
        self, tmp_path: Path, weights: tuple[str, str]
    ) -> None:
        path = write(
            tmp_path / "data.csv",
            f"1,0,{weights[0]}\n1,1,{weights[1]}\n",
            header="V1,Class,SampleWeight\n",
        )
        message = refusal(path)
        assert "column 'SampleWeight' gives the frauds" in message
        assert "expected at least 1e-12 for each class" in message

    def test_dropping_a_column_that_is_not_there(self, csv_file: Path) -> None:
        message = refusal(csv_file, Columns(drop=("Merchant",)))
        assert "no column 'Merchant', which --drop-columns names" in message

    @pytest.mark.parametrize(
        ("role", "columns"),
        [
            ("weight", Columns(weight="Wieght")),
            ("time", Columns(time="Wieght")),
            ("amount", Columns(amount="Wieght")),
        ],
    )
    def test_a_column_that_is_named_and_not_there(
        self, csv_file: Path, role: str, columns: Columns
    ) -> None:
        message = refusal(csv_file, columns)
        assert f"no column 'Wieght', which --{role}-column names" in message
        assert "it has Time, V1, V2, Amount, Class" in message

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            (Columns(weight="Class"), "--label-column and --weight-column both name"),
            (Columns(time="Amount"), "--time-column and --amount-column both name"),
            (Columns(label="V1", amount="V1"), "--label-column and --amount-column"),
            (Columns(drop=("Class",)), "leaves out 'Class', which --label-column"),
            (Columns(time="V1", drop=("V1",)), "leaves out 'V1', which --time-column"),
        ],
    )
    def test_a_column_with_two_roles(
        self, csv_file: Path, columns: Columns, message: str
    ) -> None:
        assert message in refusal(csv_file, columns)

    def test_a_weight_that_would_become_a_feature(
        self, frame: pd.DataFrame, tmp_path: Path
    ) -> None:
        path = tmp_path / "weighted.csv"
        frame.assign(SampleWeight=2.5, w=3.0).to_csv(path, index=False)
        message = refusal(path, Columns(weight="w"))
        assert "'SampleWeight' would become a feature" in message
        data = read_dataset(path, Columns(weight="w", drop=("SampleWeight",)))
        assert data.weights is not None
        assert set(data.weights) == {3.0}


@pytest.mark.parametrize("cell", ["", "null", "NaN", "NA", "\\N", "-1"])
def test_what_means_missing(tmp_path: Path, cell: str) -> None:
    rows = "".join(f"{i},{i / 3:.2f},2.{i},{i % 2}\n" for i in range(30))
    path = write(tmp_path / "data.csv", f"{rows}30,{cell},2,1\n")
    data = read_dataset(path, Columns(missing_values=(-1.0,)))
    assert np.isnan(data.features[:, 1]).tolist() == [False] * 30 + [True]
    assert data.inputs[1].can_be_missing
    assert not data.is_plain


def test_default_columns_may_be_dropped(csv_file: Path) -> None:
    data = read_dataset(csv_file, Columns(drop=("Time", "Amount")))
    assert (data.feature_names, data.times) == (("V1", "V2"), None)


finite = st.floats(-LARGEST, LARGEST)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(finite, finite), min_size=2, max_size=20))
def test_every_finite_number_survives_a_csv_file_exactly(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, float]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    lines = [f"{a!r},{b!r},{i % 2}" for i, (a, b) in enumerate(rows)]
    path.write_text("\n".join(["V1,V2,Class", *lines]))
    # A few whole numbers may all be moments or dates: the kind is not what is tested.
    columns = Columns(kinds={"V1": Kind.NUMBER, "V2": Kind.NUMBER})
    np.testing.assert_array_equal(read_dataset(path, columns).features, rows)
