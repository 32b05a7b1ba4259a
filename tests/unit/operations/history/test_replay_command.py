"""``fraud history replay``: any table through the online form."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from artifact.history.definition import HistoryDefinition
from artifact.history.replay import Difference
from operations.history import command
from operations.history.command import main
from operations.history.table_file import read_events

DAY = 86_400
ROWS = 400


@pytest.fixture
def table(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    times = np.sort(random.integers(0, 60 * DAY, ROWS))
    lines = ["when,card,amount,fraud,reported"]
    for row, time in enumerate(times.tolist()):
        fraud = row % 9 == 0
        reported = str(time + 3 * DAY) if row % 18 == 0 else ""
        card = row % 7 or ""  # some rows have none
        lines.append(f"{time},{card},{row % 50}.25,{fraud:d},{reported}")
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def options(table: Path, *more: str) -> list[str]:
    names = ("--time-column", "when", "--amount-column", "amount")
    what = ("--entities", "card", "--label-column", "fraud")
    return ["replay", "--data", str(table), *what, *names, *more]


@pytest.mark.parametrize(
    "more", [(), ("--report-time-column", "reported"), ("--label-delay-hours", "24")]
)
def test_both_forms_agree_about_a_table(
    table: Path, more: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(options(table, *more)) == 0
    assert capsys.readouterr().out == f"card: {ROWS} rows, 0 features differ\n"


def test_a_fraud_with_its_report_s_time_counts_then(table: Path) -> None:
    definition = HistoryDefinition(("card",), "when", "amount")
    _, (read,) = read_events(table, definition, label="fraud", report_time="reported")
    delays = read.reported_seconds - read.seconds[read.reported]
    assert set((delays / DAY).tolist()) == {3.0, 7.0}


def test_a_column_that_is_absent_is_named(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(options(table, "--report-time-column", "chargeback")) == 1
    assert "chargeback" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["with.csv", "with.parquet"])
def test_features_are_added_as_of_each_row_for_a_batch(
    table: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["features", *options(table)[1:], "--output", str(tmp_path / name)]
    assert main(command) == 0
    assert capsys.readouterr().out.endswith(f"{ROWS} rows, 19 features added\n")
    path = tmp_path / name
    read = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    own = pd.read_csv(table)
    assert "card" not in read, "ids are not sent"
    assert read["amount"].tolist() == own["amount"].tolist()
    without = own["card"].isna()
    assert read.loc[without, "card.transactions_today"].isna().all()
    days = own["when"] // DAY
    expected = own.groupby([days, "card"]).cumcount() + 1
    got = read["card.transactions_today"]
    assert got[~without].tolist() == expected[~without].tolist()


def test_features_need_no_label(table: Path, tmp_path: Path) -> None:
    unscored = tmp_path / "unscored.csv"
    pd.read_csv(table).drop(columns="fraud").to_csv(unscored, index=False)
    target = tmp_path / "with.csv"
    names = ["--time-column", "when", "--amount-column", "amount"]
    place = ["--data", str(unscored), "--output", str(target)]
    assert main(["features", *place, "--entities", "card", *names]) == 0
    assert pd.read_csv(target)["card.reports_30_days"].max() == 0


@pytest.mark.parametrize("hours", ["nan", "-50", "inf", "1e300", "a week"])
def test_a_delay_that_is_none_is_refused_as_an_option(
    table: Path, hours: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exited:
        main(options(table, f"--label-delay-hours={hours}"))
    assert exited.value.code == 2
    assert "--label-delay-hours: expected hours from 0" in capsys.readouterr().err


def test_a_difference_is_named_by_its_feature_and_row(
    table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = Difference(4, "card.amount_today")
    monkeypatch.setattr(command, "replay", lambda *_: [(ROWS, 1, first)])
    assert main(options(table)) == 1
    said = capsys.readouterr().out
    assert "the first is card.amount_today in row 5" in said


def test_spellings_of_one_card_are_one_history(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('when,card,amount\n1,"801",1\n2," 801.0",1\n3,x,1\n4,NA,1\n')
    definition = HistoryDefinition(("card",), "when", "amount")
    _, (read,) = read_events(path, definition, label="")
    assert read.codes.tolist() == [0, 0, 1, -1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("de.csv", "when;card;amount;fraud\n{}"),
        ("de.csv.gz", "Umsätze\n\nwhen;card;amount;fraud\n{}"),
    ],
)
def test_a_table_is_read_as_training_reads_it(
    tmp_path: Path, name: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Semicolons, decimal commas, marks between thousands, dates, ja and nein."""
    rows = "".join(
        f"{1 + i // 10:02}.03.2026 {i % 10 + 8:02}:30;k{i % 7};1.{i:03},50 €;"
        f"{'ja' if i % 9 == 0 else 'nein'}\n"
        for i in range(200)
    )
    data = text.format(rows).encode("windows-1252")
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    definition = HistoryDefinition(("card",), "when", "amount")
    amounts, (read,) = read_events(path, definition, label="fraud")
    assert amounts[:3].tolist() == [1000.5, 1001.5, 1002.5]
    assert np.diff(read.seconds[:3]).tolist() == [3600, 3600]
    assert read.reported.tolist() == list(range(0, 200, 9))
    assert main(options(path)) == 0
    target = tmp_path / "with.csv"
    assert main(["features", *options(path)[1:], "--output", str(target)]) == 0
    capsys.readouterr()
    # What is not made here stays as it was written.
    assert pd.read_csv(target)["amount"][0] == "1.000,50 €"


def test_a_word_among_the_amounts_is_named_without_its_text(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table.write_text(table.read_text().replace(",7.25,", ",secret,", 1))
    assert main(options(table)) == 1
    said = capsys.readouterr().err
    assert "column 'amount' holds text in row" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (("A", "B"), "--fraud-value"),
        (
            ("no", "yes", "refund", "maybe"),
            "column 'fraud' in row 3 (line 4) is neither",
        ),
        (("no", "yes", ""), "column 'fraud' in row 3 (line 4) is empty"),
    ],
)
def test_labels_that_do_not_say_what_they_are_are_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    values: tuple[str, ...],
    said: str,
) -> None:
    path = labelled(tmp_path, values)
    assert main(options(path)) == 1
    assert said in capsys.readouterr().err


def test_options_say_what_the_labels_do_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which value is fraud, and that a row without one is a payment all the same."""
    assert main(options(labelled(tmp_path, ("A", "B")), "--fraud-value", "B")) == 0
    path = labelled(tmp_path, ("no", "yes", ""))
    assert main(options(path, "--unlabelled", "drop")) == 0
    assert capsys.readouterr().out.count("card: 60 rows, 0 features differ") == 2
    definition = HistoryDefinition(("card",), "when", "amount")
    _, (read,) = read_events(path, definition, label="fraud", unlabelled="drop")
    assert read.reported.tolist() == list(range(1, 60, 3))


def labelled(tmp_path: Path, values: tuple[str, ...]) -> Path:
    """A table of 60 rows whose labels take turns."""
    path = tmp_path / "labelled.csv"
    rows = (f"{i},c{i % 3},{i}.5,{values[i % len(values)]}" for i in range(60))
    path.write_text("when,card,amount,fraud\n" + "\n".join(rows) + "\n")
    return path


OWN = {
    "when": [str(i) for i in range(30)],
    "card": [f"c{i % 3}" for i in range(30)],
    "amount": [f"{i}.50" for i in range(30)],
    "zip": [f"{i:05d}" for i in range(30)],
    "reference": [str(10**19 + i) for i in range(30)],
    "mcc": [str(5411 + i % 4) for i in range(30)],
    "city": ["Bern"] * 30,
    "always": ["7"] * 30,
}


@pytest.mark.parametrize("name", ["with.csv", "with.parquet"])
def test_of_text_only_plain_numbers_become_numbers(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A CSV knows no types: keys and codes stay as written, and a feature is a number.

    Serving reads numbers that stand without quotes faster.
    """
    source, target = tmp_path / "own.csv", tmp_path / name
    pd.DataFrame(OWN).to_csv(source, index=False)
    where = ["--data", str(source), "--output", str(target)]
    names = ["--time-column", "when", "--amount-column", "amount"]
    assert main(["features", *where, "--entities", "card", *names]) == 0
    capsys.readouterr()
    if name.endswith("csv"):
        first = target.read_text().splitlines()[1]
        assert first.startswith('0,0.5,"00000","10000000000000000000",5411,"Bern",7,')
        return
    read = pd.read_parquet(target)
    numbers = {name for name in OWN if name in read and read[name].dtype.kind in "if"}
    assert numbers == {"when", "amount", "mcc", "always"}
    assert read["zip"][3] == "00003"
    assert read["reference"].tolist() == OWN["reference"]


@pytest.mark.parametrize(
    ("end", "said"), [(",,,\n,,,\n", ""), (",,,Bern\n", "rows without a time")]
)
def test_a_row_at_the_end_is_empty_if_all_its_cells_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], end: str, said: str
) -> None:
    """Also those of columns that no history needs, which are not read."""
    path = tmp_path / "own.csv"
    rows = "".join(f"{i},c{i % 3},{i}.5,Bern\n" for i in range(30))
    path.write_text(f"when,card,amount,city\n{rows}{end}")
    where = ["--data", str(path), "--output", str(tmp_path / "with.csv")]
    names = ["--time-column", "when", "--amount-column", "amount"]
    status = main(["features", *where, "--entities", "card", *names])
    printed = capsys.readouterr()
    assert (said in printed.err) if said else (": 30 rows," in printed.out)
    assert status == bool(said)


def test_text_that_a_parquet_file_says_is_text_stays_text(tmp_path: Path) -> None:
    source, target = tmp_path / "own.parquet", tmp_path / "with.parquet"
    own = pd.DataFrame(OWN).astype({"when": int, "amount": float})
    own.to_parquet(source)
    where = ["--data", str(source), "--output", str(target)]
    names = ["--time-column", "when", "--amount-column", "amount"]
    assert main(["features", *where, "--entities", "card", *names]) == 0
    kept = own.drop(columns="card")
    pd.testing.assert_frame_equal(pd.read_parquet(target)[list(kept)], kept)
