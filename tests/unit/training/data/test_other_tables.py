"""What tables of other banks, tongues and programs hold, and what it is taken for."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from artifact.columns import Column, Kind
from artifact.manifest import Feature, Manifest, SelfTest, TrainingData
from artifact.table import TableEncoder
from operations.request_body import json_body, json_row
from serving.formats.csv_input import CsvReader
from serving.formats.json_input import JsonReader
from serving.formats.schema import Schema
from training.columns import Columns
from training.data import batches
from training.data.dataset import Dataset
from training.data.reading import read_dataset
from training.data.tables import read_table
from training.errors import TrainingError

ROWS = 200
LABEL = [int(i % 10 == 0) for i in range(ROWS)]


def read(tmp_path: Path, text: str, columns: Columns | None = None) -> Dataset:
    path = tmp_path / "data.csv"
    path.write_text(text)
    return read_dataset(path, columns or Columns())


def of(tmp_path: Path, **values: object) -> Dataset:
    label = values.pop("Class", LABEL)
    frame = pd.DataFrame({**values, "x": np.arange(ROWS) / 7, "Class": label})
    return read(tmp_path, frame.to_csv(index=False))


def kind(data: Dataset, name: str) -> Kind:
    return next(column.kind for column in data.table if column.name == name)


def schema_of(data: Dataset) -> Schema:
    quantiles = {0.0: 0.0, 1.0: 1.0}
    features = tuple(Feature(c.name, "float64", quantiles) for c in data.inputs)
    facts = TrainingData(sha256="0" * 64, rows=4, frauds=2)
    test = SelfTest({c.name: 1.0 for c in data.inputs}, 0.5)
    return Schema(Manifest({}, features, "Class", {}, facts, test, columns=data.table))


@pytest.mark.parametrize(
    ("name", "first"),
    [
        # As microseconds they would be moments of the years 2088 to 2140.
        *(("NR_CARTAO", 3_745_000_000_000_038), ("whatever", 4_000_000_000_000_038)),
        *(("x1", 5_200_000_000_000_007), ("Karte", 4_111), ("kontonummer", 12_345_678)),
        *(("phone_nr", 49_170_000_000), ("beneficiary", 100_000_000_000)),
        *(("CPF", 11_144_477_735), ("customerid", 17)),
    ],
)
def test_long_numbers_are_keys_and_no_moments(
    tmp_path: Path, name: str, first: int
) -> None:
    data = of(tmp_path, **{name: first + np.arange(ROWS) % 90})
    assert kind(data, name) is Kind.ENTITY


@pytest.mark.parametrize("unit", [1, 1000, 10**6, 10**9])
def test_moments_of_our_time_are_moments(tmp_path: Path, unit: int) -> None:
    data = of(tmp_path, at=(1_780_000_000 + np.arange(ROWS)) * unit)
    assert kind(data, "at") is Kind.TIMESTAMP


def test_large_amounts_are_no_keys(tmp_path: Path) -> None:
    amounts = np.round(np.geomspace(10**7, 10**12, ROWS))
    data = of(tmp_path, turnover=amounts.astype(int))
    assert kind(data, "turnover") is Kind.NUMBER


@pytest.mark.parametrize(
    ("fraud", "legitimate"),
    [
        *[("ja", "nein"), ("oui", "non"), ("S", "N"), ("sim", "não"), ("Sí", "No")],
        *[("o", "n"), ("J", "N")],
    ],
)
def test_labels_in_other_tongues(tmp_path: Path, fraud: str, legitimate: str) -> None:
    labels = [fraud if each else legitimate for each in LABEL]
    assert of(tmp_path, Class=labels).labels.tolist() == LABEL


@pytest.mark.parametrize("first", "SOJAFL")
@pytest.mark.parametrize("second", "CRDX")
def test_a_letter_is_not_yes_because_it_may_be(
    tmp_path: Path, first: str, second: str
) -> None:
    """S beside C is settled beside chargeback, F beside L is fraud."""
    for pair in ((first, second), (second, first)):
        with pytest.raises(TrainingError, match="--fraud-value"):
            of(tmp_path, Class=[pair[each] for each in LABEL])
    frame = pd.DataFrame({"x": LABEL, "Class": [(first, second)[i] for i in LABEL]})
    data = read(tmp_path, frame.to_csv(index=False), Columns(fraud_value=second))
    assert data.labels.tolist() == LABEL


@pytest.mark.parametrize("value", ["inf", "-inf", "1e400"])
def test_infinity_among_long_numbers_is_the_fault_that_is_named(
    tmp_path: Path, value: str
) -> None:
    values = [str(5_000_000_000 + i) for i in range(ROWS)]
    values[150] = value
    with pytest.raises(TrainingError, match="column 'amt' in row 151"):
        of(tmp_path, amt=values)


@pytest.mark.parametrize("form", ["%d.%m.%y", "%d.%m.%y %H:%M", "%m/%d/%y", "%d-%b-%y"])
def test_years_of_two_digits(tmp_path: Path, form: str) -> None:
    moments = pd.Series(pd.date_range("2026-01-01", periods=ROWS, freq="31h"))
    data = of(tmp_path, at=moments.dt.strftime(form))
    whole = "%H" in form
    expected = moments if whole else moments.dt.floor("D")
    seconds = expected.astype("datetime64[s]").astype(int)
    assert data.features[:, 0] // 60 * 60 == pytest.approx(seconds // 60 * 60)


def test_an_amount_with_narrow_spaces_and_its_sign(tmp_path: Path) -> None:
    texts = [f"1\u202f{i:03},50\u00a0€" for i in range(ROWS)]
    assert of(tmp_path, montant=texts).features[:3, 0].tolist() == [
        *(1000.5, 1001.5, 1002.5)
    ]


def test_empty_rows_at_the_end_are_left_out_and_said(tmp_path: Path) -> None:
    text = "a,b,Class\n" + "".join(f"{i},u{i % 3},{i % 2}\n" for i in range(60))
    data = read(tmp_path, f"{text},,\n,,\n")
    assert len(data.labels) == 60
    assert any("2 rows without any value at the end left out" in n for n in data.notes)


@pytest.mark.parametrize("block_bytes", [40, 8_000_000])
def test_empty_rows_at_the_end_are_none_of_a_stream_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block_bytes: int
) -> None:
    """An empty row in the middle stays and has its place; those at the end go."""
    monkeypatch.setattr(batches, "_BLOCK_BYTES", block_bytes)
    rows = [f"{i},u{i % 3},{i % 2}" for i in range(60)]
    rows[30:30] = [",,"] * 9
    path = tmp_path / "data.csv"
    path.write_text("\n".join(["a,b,Class", *rows, *[",,"] * 9]) + "\n")
    read = [table.data for table in batches.batches_of(path, [path])]
    assert pa.concat_tables(read) == read_table([path]).data
    assert sum(map(len, read)) == 69


class TestTwoColumnsOfOneName:
    """IBM's transactions for anti-money laundering have two accounts."""

    TEXT = "Account,Account,Amount,Class\n" + "".join(
        f"{i},{i * 2 % 31}.5,{i % 7}.5,{i % 2}\n" for i in range(60)
    )

    def test_the_second_is_called_as_pandas_calls_it(self, tmp_path: Path) -> None:
        data = read(tmp_path, self.TEXT)
        assert [c.name for c in data.table[:2]] == ["Account", "Account.1"]
        assert any("two columns are called 'Account'" in note for note in data.notes)

    def test_requests_may_have_either_header(self, tmp_path: Path) -> None:
        schema = schema_of(read(tmp_path, self.TEXT))
        text = "\n".join(self.TEXT.splitlines()[:3])
        rows = CsvReader(schema).read(text.encode())
        assert rows.tolist() == [[0.5, 0.5], [2.5, 1.5]]
        named = text.replace("Account,Account", "Account,Account.1")
        assert CsvReader(schema).read(named.encode()).tolist() == rows.tolist()
        (row,) = pd.read_csv(tmp_path / "data.csv", nrows=1).to_dict("records")
        got, _ = JsonReader(schema).read(json.dumps(row).encode())
        assert got.tolist() == rows[:1].tolist()


def test_blanks_around_a_name_are_none_of_it(tmp_path: Path) -> None:
    """Ethereum's fraud table has names with a blank in front; pandas keeps it."""
    text = "id, total sent,Class\n" + "".join(
        f"{i},{i % 7}.5,{i % 2}\n" for i in range(60)
    )
    data = read(tmp_path, text)
    frame = pd.read_csv(tmp_path / "data.csv")
    assert [c.name for c in data.inputs] == ["total sent"]
    body = frame.head(2).to_json(orient="records").encode()
    rows, _ = JsonReader(schema_of(data)).read(body)
    encoded = TableEncoder(tuple(data.inputs)).transform(frame.head(2))
    assert rows.tolist() == encoded.tolist() == [[0.5], [1.5]]


def test_of_two_names_that_differ_in_blanks_the_exact_one_counts() -> None:
    encoder = TableEncoder((Column("a", Kind.NUMBER),))
    for names, expected in (
        *[(["a", " a "], 1.0), ([" a ", "a"], 2.0)],
        *[([" a ", "b"], 1.0), ([" a", "a "], 1.0)],
    ):
        frame = pd.DataFrame([[1.0, 2.0]], columns=names)
        assert encoder.transform(frame).tolist() == [[expected]]


def test_a_column_without_a_name_is_no_time_of_reports(tmp_path: Path) -> None:
    data = read(
        tmp_path, ",a,Class\n" + "".join(f"{i},{i},{i % 2}\n" for i in range(9))
    )
    assert data.table[0].kind is Kind.UNNAMED


@pytest.mark.parametrize(
    "form",
    [
        *("%Y%m%d%H%M%S", "%Y%m%d", "%Y%m%dT%H%M%SZ", "%d-%b-%Y %I:%M %p", "%d %B %Y"),
        *("%H:%M:%S %d/%m/%Y", "%m-%d-%Y", "%Y.%m.%d %H:%M", "%a %d %b %Y"),
    ],
)
def test_moments_as_other_programs_write_them(tmp_path: Path, form: str) -> None:
    moments = pd.Series(pd.date_range("2026-01-01", periods=ROWS, freq="31h"))
    texts = moments.dt.strftime(form)
    data = of(tmp_path, at=texts)
    expected = pd.to_datetime(texts, format=form, utc=True)
    seconds = expected.dt.tz_localize(None).astype("datetime64[s]").astype(int)
    assert data.features[:, 0].tolist() == seconds.tolist()
    schema = schema_of(data)
    assert schema.encoded_cell(texts[5], 1, 0) == seconds[5], "the request is the row"
    if form in ("%Y%m%d%H%M%S", "%Y%m%d"):
        assert schema.encoded(int(texts[5]), 1, 0) == seconds[5]


def test_seconds_since_1970_may_have_fractions(tmp_path: Path) -> None:
    moments = 1_780_000_000.25 + np.arange(ROWS) * 900.5
    data = of(tmp_path, at=moments)
    assert kind(data, "at") is Kind.TIMESTAMP
    assert data.features[:, 0].tolist() == moments.tolist()


def test_a_duration_is_its_seconds_whatever_its_unit(tmp_path: Path) -> None:
    seconds = np.arange(ROWS) % 50 + 0.5
    for unit in ("ms", "us", "ns"):
        took = (seconds * 1e9).astype("m8[ns]").astype(f"m8[{unit}]")
        frame = pd.DataFrame({"took": took, "Class": LABEL})
        frame.to_parquet(tmp_path / "data.parquet")
        data = read_dataset(tmp_path / "data.parquet", Columns())
        assert data.features[:, 0].tolist() == seconds.tolist()
    records: list[dict[str, object]] = frame.head(2).to_dict("records")  # type: ignore[assignment]
    body = json_body([*map(json_row, records)])
    rows, _ = JsonReader(schema_of(data)).read(body.encode())
    encoded = TableEncoder(tuple(data.inputs)).transform(frame.head(2))
    assert rows.tolist() == encoded.tolist() == [[0.5], [1.5]]


def test_accounts_of_many_digits_are_keys(tmp_path: Path) -> None:
    accounts = [f"{10**25 + i % 90}" for i in range(ROWS)]
    assert kind(of(tmp_path, nrb=accounts), "nrb") is Kind.ENTITY


def test_a_header_of_numbers_may_name_the_label_too(tmp_path: Path) -> None:
    names = [str(place) for place in range(4)]
    lines = [f"{i}.5,{i % 7}.5,{i % 5}.25,{i % 2}" for i in range(60)]
    text = "\n".join([",".join(names), *lines])
    data = read(tmp_path, text, Columns(label="3"))
    rows = CsvReader(schema_of(data)).read(f"0,1,2,3\n{lines[2]}".encode())
    assert rows.tolist() == [[2.5, 2.5, 2.25]]


def test_values_that_are_names_of_columns_too_are_values(tmp_path: Path) -> None:
    lines = [f"{i % 3},{i % 3},{i % 2 or ''},{i % 2}" for i in range(60)]
    data = read(tmp_path, "\n".join(["0,1,2,3", *lines]), Columns(label="3"))
    reader = CsvReader(schema_of(data))
    assert reader.read(b"1,1,1\n0,0,").tolist()[0] == [1, 1, 1]
    assert len(reader.read(b"2,1,0\n1,1,1")) == 1, "a header in another order"
