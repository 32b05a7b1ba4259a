"""What columns are taken for, and how files are read as they come."""

import datetime as dt
import decimal
import gzip
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from artifact.columns import Kind
from training.columns import Columns
from training.data.dataset import Dataset
from training.data.kinds import is_key_name
from training.data.reading import read_dataset
from training.errors import TrainingError

ROWS = 200
LABEL = [i % 10 == 0 for i in range(ROWS)]
SECRET = "4929123412341234"


def read(tmp_path: Path, columns: Columns | None = None, **values: object) -> Dataset:
    path = tmp_path / "data.parquet"
    pd.DataFrame({**values, "x": np.arange(ROWS) / 7, "Class": LABEL}).to_parquet(path)
    return read_dataset(path, columns or Columns())


def kind(data: Dataset, name: str) -> Kind:
    return next(column.kind for column in data.table if column.name == name)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["a", "b"] * 100, Kind.CATEGORY),
        (pd.Categorical(["a", "b"] * 100), Kind.CATEGORY),
        ([True, False] * 100, Kind.CATEGORY),
        ([f"m{i}" for i in range(ROWS)], Kind.ENTITY),
        (pd.date_range("2026-01-01", periods=ROWS), Kind.TIMESTAMP),
        (pd.date_range("2026-01-01", periods=ROWS, tz="Asia/Tokyo"), Kind.TIMESTAMP),
        ([dt.date(2026, 1, 1 + i % 28) for i in range(ROWS)], Kind.TIMESTAMP),
        ([f"2026-01-{1 + i % 28:02d} 10:00:00" for i in range(ROWS)], Kind.TIMESTAMP),
        ([f"{1 + i % 28:02d}/01/2026 10:00" for i in range(ROWS)], Kind.TIMESTAMP),
        (np.arange(ROWS) + 1_700_000_000, Kind.TIMESTAMP),
        ((np.arange(ROWS) + 1_700_000_000) * 1000, Kind.TIMESTAMP),
        ((np.arange(ROWS) + 1_700_000_000) * 10**9, Kind.TIMESTAMP),
        ([decimal.Decimal(f"{i}.25") for i in range(ROWS)], Kind.NUMBER),
        ([f"{i}.25" for i in range(ROWS)], Kind.NUMBER),
        ([None] * ROWS, Kind.EMPTY),
        ([1.0] * 5 + [None] * (ROWS - 5), Kind.EMPTY),
        (["one"] * ROWS, Kind.CONSTANT),
    ],
)
def test_a_column_is_taken_for_what_it_holds(
    tmp_path: Path, values: object, expected: Kind
) -> None:
    assert kind(read(tmp_path, it=values), "it") is expected


def test_timestamps_are_seconds_since_1970_in_utc(tmp_path: Path) -> None:
    moments = pd.date_range("2026-01-01", periods=ROWS, freq="h", tz="Asia/Tokyo")
    texts = moments.tz_convert("UTC").tz_localize(None).astype(str)
    data = read(tmp_path, Columns(kinds={}), a=moments)
    other = read(tmp_path, a=list(texts))
    expected = moments.astype("int64") / 1e9
    np.testing.assert_array_equal(data.features[:, 0], expected)
    np.testing.assert_array_equal(other.features[:, 0], expected)


def test_whole_numbers_are_entities_where_the_name_says_so(tmp_path: Path) -> None:
    data = read(tmp_path, cc_num=np.arange(ROWS), items=np.arange(ROWS))
    assert (kind(data, "cc_num"), kind(data, "items")) == (Kind.ENTITY, Kind.NUMBER)
    assert data.feature_names == ("items", "x")
    assert sorted(set(data.entities["cc_num"])) == list(range(ROWS))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *[(name, True) for name in ("card1", "cc_num", "CUSTOMER_ID", "TransactionID")],
        *[(name, True) for name in ("nameId", "account", "zip", "device_id")],
        *[(name, False) for name in ("id_01", "num_items", "account_age_days", "V12")],
        *[(name, False) for name in ("amount", "paid", "device_fraud_count", "grid")],
    ],
)
def test_names_of_keys(name: str, expected: bool) -> None:
    assert is_key_name(name) is expected


def test_options_decide(tmp_path: Path) -> None:
    columns = Columns(
        entities=("items",),
        categories=("job",),
        kinds={"code": Kind.CATEGORY, "cc_num": Kind.NUMBER},
    )
    data = read(
        tmp_path,
        columns,
        items=np.arange(ROWS),
        job=[f"j{i % 60}" for i in range(ROWS)],
        code=np.arange(ROWS) % 3,
        cc_num=np.arange(ROWS),
    )
    assert [kind(data, name) for name in ("items", "job", "code", "cc_num")] == [
        *(Kind.ENTITY, Kind.CATEGORY, Kind.CATEGORY, Kind.NUMBER),
    ]


def test_a_stray_word_among_numbers_is_named_without_its_text(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    rows = [f"{i / 3:.2f},{i % 2}" for i in range(50)]
    path.write_text("\n".join(["V1,Class", *rows, f"{SECRET}x,1"]))
    with pytest.raises(TrainingError) as caught:
        read_dataset(path, Columns())
    assert "column 'V1' holds text in row 51 (line 52)" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "fraud_value"),
    [
        *[(pair, "") for pair in (("0", "1"), ("'0'", "'1'"), ("N", "Y"))],
        *[(pair, "") for pair in (("legit", "fraud"), ("False", "True"), ("0", "1.0"))],
        (("2", "1"), "1"),
        (("settled", "disputed"), "disputed"),
    ],
)
def test_labels_as_they_are(
    tmp_path: Path, values: tuple[str, str], fraud_value: str
) -> None:
    data = read(
        tmp_path,
        Columns(label="y", fraud_value=fraud_value, drop=("Class",)),
        y=[values[label] for label in LABEL],
    )
    assert data.labels.tolist() == LABEL


def test_a_label_that_is_not_plain_asks_for_its_value(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="--fraud-value"):
        read(tmp_path, Columns(label="y"), y=[1 + label for label in LABEL])


def test_rows_without_a_label(tmp_path: Path) -> None:
    values = ["unknown" if i % 3 else str(int(y)) for i, y in enumerate(LABEL)]
    with pytest.raises(TrainingError, match="--unlabelled drop"):
        read(tmp_path, Columns(label="y", drop=("Class",)), y=values)
    columns = Columns(label="y", drop=("Class",), unlabelled="drop")
    data = read(tmp_path, columns, y=values)
    assert data.rows == values.count("0") + values.count("1")
    assert any("133 rows without a label are left out" in note for note in data.notes)


FRAME = pd.DataFrame(
    {"Amount": [i + 0.5 for i in range(60)], "place": ["Köln", "Mül"] * 30}
).assign(Class=[0, 0, 1] * 20)


@pytest.mark.parametrize(
    ("name", "encoding", "options"),
    [
        ("data.csv", "utf-8", {"sep": ";"}),
        ("data.CSV", "utf-8-sig", {"sep": "\t"}),
        ("data.tsv", "latin-1", {"sep": "\t"}),
        ("data.csv", "utf-16", {"sep": ","}),
        ("data", "utf-8", {"lineterminator": "\r\n", "quoting": 1}),
        ("data.csv", "utf-8", {"sep": ";", "decimal": ","}),
    ],
)
def test_text_files_as_they_come(
    tmp_path: Path, name: str, encoding: str, options: dict[str, object]
) -> None:
    path = tmp_path / name
    path.write_bytes(FRAME.to_csv(index=False, **options).encode(encoding))  # type: ignore[call-overload]
    data = read_dataset(path, Columns())
    np.testing.assert_array_equal(data.features[:, 0], FRAME["Amount"])
    assert set(data.inputs[1].categories) == {"Köln", "Mül"}


@pytest.mark.parametrize("name", ["data.zip", "data.csv.gz", "data.pq", "part-0"])
def test_packed_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = FRAME.to_csv(index=False)
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("inside.csv", text)
    elif name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        FRAME.to_parquet(path)
    np.testing.assert_array_equal(
        read_dataset(path, Columns()).features[:, 0], FRAME["Amount"]
    )


def test_thousands_are_said(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    rows = [f'"{i + 1},234.50",{i % 2}' for i in range(60)]
    path.write_text("\n".join(["Amount,Class", *rows]))
    data = read_dataset(path, Columns())
    assert data.features[1, 0] == 2234.5
    assert any("thousands" in note for note in data.notes)


def test_parts_that_differ_in_width_alone(tmp_path: Path) -> None:
    for number, types in enumerate(((pa.int32(), pa.float32()), (pa.int64(),) * 2)):
        table = pa.table(
            {
                "a": pa.array(range(40), types[0]),
                "b": pa.array(range(40), types[1]),
                "Class": [0, 1] * 20,
            }
        )
        pa.parquet.write_table(table, tmp_path / f"part-{number}.parquet")
    assert read_dataset(tmp_path, Columns()).rows == 80


def test_a_first_line_of_values_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(f"2026-01-01,{SECRET},12.5,0\n2026-01-02,{SECRET},1.5,1\n")
    with pytest.raises(TrainingError, match="has no header") as caught:
        read_dataset(path, Columns())
    assert SECRET not in str(caught.value)


def test_an_index_without_a_name_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    FRAME.to_csv(path)
    data = read_dataset(path, Columns())
    assert data.feature_names == ("Amount", "place")


@pytest.mark.parametrize("name", ['a"b', "a\tb", "a\x1b[2Jb"])
def test_names_that_no_request_can_carry(tmp_path: Path, name: str) -> None:
    path = tmp_path / "data.parquet"
    FRAME.rename(columns={"place": name}).to_parquet(path)
    with pytest.raises(TrainingError, match="name of column 2") as caught:
        read_dataset(path, Columns())
    assert name not in str(caught.value)
