"""``fraud history replay``: any table through the online form."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from artifact.history.definition import HistoryDefinition
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
