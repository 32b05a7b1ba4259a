"""What columns are taken for, and how files are read as they come."""

import datetime as dt
import decimal
import gzip
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from artifact.columns import Kind
from artifact.value_encoders import encoder
from tests.unit.training.samples import locked_zip
from training.columns import Columns
from training.data.dataset import Dataset
from training.data.names import is_key_name
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
        *[(name, True) for name in ("ip_address", "policy_number", "PolicyNumber")],
        *[(name, False) for name in ("months_as_customer", "tx_per_card", "addr1")],
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
        *[(pair, "") for pair in (("settled", "chargeback"), ("ok", "suspect"))],
        ((1, -1), "-1"),
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


@pytest.mark.parametrize("values", [(1, 2), (1, -1), ("settled", "disputed")])
def test_a_label_whose_values_say_nothing_asks_which_is_fraud(
    tmp_path: Path, values: tuple[object, object]
) -> None:
    with pytest.raises(TrainingError, match="--fraud-value"):
        read(
            tmp_path, Columns(label="y", drop=("Class",)), y=[values[y] for y in LABEL]
        )


def test_rows_without_a_label(tmp_path: Path) -> None:
    values = ["unknown" if i % 3 else str(int(y)) for i, y in enumerate(LABEL)]
    with pytest.raises(TrainingError, match="--unlabelled drop"):
        read(tmp_path, Columns(label="y", drop=("Class",)), y=values)
    columns = Columns(label="y", drop=("Class",), unlabelled="drop")
    data = read(tmp_path, columns, y=values)
    assert data.rows == values.count("0") + values.count("1")
    assert any("133 rows without a label are left out" in note for note in data.notes)


@pytest.mark.parametrize("name", ["account_id", "phone", "cc_num"])
def test_a_key_with_the_span_of_moments_is_a_key(tmp_path: Path, name: str) -> None:
    random = np.random.default_rng(0)
    keys = random.integers(1_000_000_000, 3_900_000_000, ROWS)
    assert kind(read(tmp_path, None, **{name: keys}), name) is Kind.ENTITY


@pytest.mark.parametrize(
    "name", ["used_pin_number", "is_new_device", "same_ip", "beneficiary_account"]
)
def test_a_flag_is_no_key_whatever_its_name(tmp_path: Path, name: str) -> None:
    data = read(tmp_path, None, **{name: [i % 2 for i in range(ROWS)]})
    assert kind(data, name) is Kind.NUMBER


@pytest.mark.parametrize("month_first", [True, False])
def test_all_values_say_whether_the_day_or_the_month_comes_first(
    tmp_path: Path, month_first: bool
) -> None:
    """A file in the order of time begins with days that may be months as well."""
    moments = pd.date_range("2026-01-01", periods=12_000, freq="10min")
    form = "%m/%d/%Y %H:%M" if month_first else "%d/%m/%Y %H:%M"
    frame = pd.DataFrame({"paid": moments.strftime(form), "x": np.arange(12_000) / 7})
    path = tmp_path / "data.parquet"
    frame.assign(Class=[i % 10 == 0 for i in range(12_000)]).to_parquet(path)

    data = read_dataset(path, Columns())

    assert data.features[:, data.feature_names.index("paid")].tolist() == (
        [moment.timestamp() for moment in moments]
    )


def test_labels_may_have_decimals(tmp_path: Path) -> None:
    labels = [decimal.Decimal("1.00") if y else decimal.Decimal("0.00") for y in LABEL]
    data = read(tmp_path, Columns(label="y", drop=("Class",)), y=labels)
    assert data.labels.tolist() == LABEL


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


@pytest.mark.parametrize(
    ("before", "options"),
    [
        ("\n\n", {}),
        ("Transactions of May\n\n", {"sep": ";"}),
        ("sep=;\n", {"sep": ";"}),
        ("", {"lineterminator": "\r"}),
        ("", {"quotechar": "'", "quoting": 1}),
    ],
)
def test_what_programs_write_around_a_table(
    tmp_path: Path, before: str, options: dict[str, object]
) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes((before + FRAME.to_csv(index=False, **options)).encode())  # type: ignore[call-overload]
    data = read_dataset(path, Columns())
    np.testing.assert_array_equal(data.features[:, 0], FRAME["Amount"])
    assert set(data.inputs[1].categories) == {"Köln", "Mül"}


def test_a_fault_below_a_title_has_its_own_line(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    rows = [f"{i / 3:.2f},{i % 2}" for i in range(50)]
    path.write_text("\n".join(["A title", "", "V1,Class", *rows, "x,1"]))
    with pytest.raises(TrainingError, match=r"row 51 \(line 54\)"):
        read_dataset(path, Columns())


def test_columns_without_a_name_are_left_out_however_many(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    lines = FRAME.to_csv(index=False).splitlines()
    path.write_text("".join(f"{line},,\n" for line in lines))
    assert read_dataset(path, Columns()).feature_names == ("Amount", "place")


def test_pandas_indices_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    FRAME.iloc[::-1].assign(**{"Unnamed: 0": range(60)}).to_parquet(path)
    assert read_dataset(path, Columns()).feature_names == ("Amount", "place")


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


@pytest.mark.parametrize("fault", ["encrypted", "an unknown compression"])
def test_a_zip_file_that_cannot_be_opened_is_refused(
    tmp_path: Path, fault: str
) -> None:
    path = tmp_path / "data.zip"
    path.write_bytes(locked_zip(fault))
    with pytest.raises(TrainingError, match=r"data\.zip is encrypted or packed"):
        read_dataset(path, Columns())


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


def test_a_first_line_of_words_that_come_again_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("web,DE,legit\napp,FR,fraud\nweb,DE,legit\n")
    with pytest.raises(TrainingError, match="has no header") as caught:
        read_dataset(path, Columns())
    assert "web" not in str(caught.value)


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


MOMENTS = pd.date_range("2026-01-01", periods=ROWS, freq="7h")


@pytest.mark.parametrize("time", ["when", "days"])
@pytest.mark.parametrize("shuffle", [False, True])
def test_a_number_that_repeats_the_named_time_is_no_feature(
    tmp_path: Path, time: str, shuffle: bool
) -> None:
    seconds = np.arange(ROWS) * 25_200
    frame = pd.DataFrame(
        {
            "when": MOMENTS,
            "seconds": seconds,
            "days": seconds // 86_400,
            "days_left": 60 - seconds // 86_400,
            "total": np.cumsum(np.arange(ROWS) % 3),
            "noise": np.arange(ROWS) * 7 % 50,
            "Class": LABEL,
        }
    )
    path = tmp_path / "data.parquet"
    (frame.sample(frac=1, random_state=1) if shuffle else frame).to_parquet(path)
    data = read_dataset(path, Columns(time=time, kinds={"total": Kind.NUMBER}))
    for name in {"seconds", "days", "days_left"} - {time}:
        assert kind(data, name) is Kind.DROPPED, name
    assert kind(data, "total") is Kind.NUMBER, "it is named in --kinds"
    assert kind(data, "noise") is Kind.NUMBER
    assert (kind(data, time) is Kind.NUMBER) == (time == "days"), "as of a plain number"
    assert f"it repeats the time '{time}'" in " ".join(data.notes)


@pytest.mark.parametrize(
    ("texts", "expected", "unit"),
    [
        (["$12.50", "-$1.00", "$-1.00", "$1,234.50"], [12.5, -1, -1, 1234.5], "$"),
        (["12,50 €", "1.234,50 €"], [12.5, 1234.5], "€"),
        (["EUR 12.50", "(3.25)"], [12.5, -3.25], "EUR"),
        (["12.50%", "3 %"], [12.5, 3], "%"),
        (["12.50", "(3.25)"], [12.5, -3.25], "()"),
    ],
)
def test_amounts_as_people_write_them(
    tmp_path: Path, texts: list[str], expected: list[float], unit: str
) -> None:
    times = ROWS // len(texts)
    path = tmp_path / "data.csv"
    pd.DataFrame(
        {"Amount": texts * times, "Class": LABEL[: len(texts) * times]}
    ).to_csv(path, index=False)
    data = read_dataset(path, Columns())
    assert data.amounts is not None
    assert data.amounts[: len(texts)].tolist() == expected
    encode = encoder(data.inputs[0])
    assert [encode(text) for text in texts] == expected, "the request is the row"
    assert data.inputs[0].unit == unit


def test_words_that_mean_not_known_may_be_declared(tmp_path: Path) -> None:
    scores = ["unknown" if i % 4 == 0 else f"{i / 7:.2f}" for i in range(ROWS)]
    values: dict[str, Any] = {"score": scores, "channel": ["web", "-"] * 100}
    plain = read(tmp_path, **values)
    assert kind(plain, "score") is Kind.ENTITY
    assert any("name them with --missing-values" in note for note in plain.notes)
    data = read(tmp_path, Columns(missing_words=("unknown", "-")), **values)
    assert np.isnan(data.features[:, 0]).tolist() == [i % 4 == 0 for i in range(ROWS)]
    assert data.inputs[1].categories == ("web",)
    for column, word in zip(data.inputs, ("unknown", "-"), strict=False):
        assert np.isnan(encoder(column)(word)), "the request is the row"


def test_two_currencies_are_no_numbers_to_compare(tmp_path: Path) -> None:
    data = read(tmp_path, price=[f"{'$' if i % 2 else '€'}{i}" for i in range(ROWS)])
    assert kind(data, "price") is Kind.ENTITY


def test_keys_of_letters_before_digits_are_no_amounts(tmp_path: Path) -> None:
    data = read(tmp_path, it=[f"TXN{i:06d}" for i in range(ROWS)])
    assert kind(data, "it") is Kind.ENTITY


def test_a_time_of_day_is_its_hours_and_not_the_time_of_the_rows(
    tmp_path: Path,
) -> None:
    texts = [f"{i % 24:02d}:{i * 7 % 60:02d}" for i in range(ROWS)]
    data = read(tmp_path, Time=texts)
    assert data.features[31, 0] == pytest.approx(7 + 37 / 60)
    assert encoder(data.inputs[0])("18:30") == 18.5
    assert data.times is None
    assert any("'Time' is not the time of the rows" in note for note in data.notes)


def test_arrows_times_of_day_are_what_a_request_holds(tmp_path: Path) -> None:
    times = [dt.time(i % 24, i * 7 % 60) for i in range(ROWS)]
    data = read(tmp_path, at=times)
    encode = encoder(data.inputs[0])
    assert encode(times[5].isoformat()) == encode(times[5]) == data.features[5, 0]


def test_dates_as_whole_numbers_are_timestamps(tmp_path: Path) -> None:
    days = pd.date_range("2025-12-01", periods=ROWS)
    numbers = days.strftime("%Y%m%d").astype(int)
    data = read(tmp_path, Columns(time="day"), day=numbers)
    assert kind(data, "day") is Kind.TIMESTAMP
    np.testing.assert_array_equal(data.features[:, 0], days.astype("int64") / 1e9)
    assert encoder(data.inputs[0])(20260228) == data.features[89, 0]


def test_whole_numbers_of_many_digits_are_keys(tmp_path: Path) -> None:
    data = read(tmp_path, shop=np.arange(ROWS) * 4 * 10**15 - 10**17)
    assert kind(data, "shop") is Kind.ENTITY


def test_bytes_that_are_text_are_read_as_text(tmp_path: Path) -> None:
    data = read(tmp_path, channel=[b"web", b"app"] * 100)
    assert data.inputs[0].categories == ("app", "web")


@pytest.mark.parametrize("wanted", [Kind.NUMBER, Kind.TIMESTAMP])
def test_an_option_that_the_values_contradict_is_refused(
    tmp_path: Path, wanted: Kind
) -> None:
    with pytest.raises(TrainingError, match="column 'it' holds text in row 1") as e:
        read(tmp_path, Columns(kinds={"it": wanted}), it=["web", "app"] * 100)
    assert "web" not in str(e.value)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    rows = [f"{i / 3:.2f},{i},{i % 2 + 1}" for i in range(50)]
    path.write_text("\n".join(["V1,Amount,Class", *rows, "x,,3"]))
    with pytest.raises(TrainingError) as caught:
        read_dataset(path, Columns())
    for part in ("column 'V1'", "column 'Amount'", "--fraud-value"):
        assert part in str(caught.value)
