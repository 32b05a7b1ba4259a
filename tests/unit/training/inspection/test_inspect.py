"""What ``fraud inspect`` says of a table, and what it never shows."""

import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from training.command_line import build_parser, to_arguments
from training.inspection.command import main

SECRET = "4929123412341234"
LABEL = np.arange(200) % 8 == 0


def write(tmp_path: Path, **more: object) -> Path:
    path = tmp_path / "my table.csv"
    pd.DataFrame(
        {
            "happened": pd.date_range("2026-01-01", periods=200, freq="h").astype(str),
            "cc_num": [f"{SECRET}{i % 90}" for i in range(200)],
            "price_amt": np.arange(200) % 17 + 0.5,
            "kind": ["web", "app"] * 100,
            **more,
            "is_fraud": LABEL.astype(int),
        }
    ).to_csv(path, index=False)
    return path


def commands(out: str) -> list[list[str]]:
    """The commands that are proposed, as a shell reads them."""
    proposed = out.partition("Next:\n")[2]
    assert max(map(len, proposed.splitlines())) <= 80 or "/" in proposed
    joined = proposed.replace("\\\n", " ")
    return [shlex.split(line) for line in joined.splitlines()]


GERMAN = """payment_ref;paid_at;card_no;shop;{amount};verdict
""" + "".join(
    f"P{i:07};0{1 + i // 100}.03.2026 {i % 24:02}:04;40{i % 30};s{i % 7};{i % 90},5;"
    f"{'fraud' if i % 8 == 0 else 'legit'}\n"
    for i in range(200)
)


def of_german(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *options: str, **changed: str
) -> tuple[int, str]:
    """Status and words for a table of semicolons and decimal commas."""
    path = tmp_path / "german.csv"
    text = GERMAN.replace("{amount}", changed.pop("amount", "value_eur"))
    for old, new in changed.items():
        text = text.replace(f";{old[1:]},5;", f";{new};", 1)
    path.write_text(text)
    status = main(["--data", str(path), *options])
    return status, " ".join(capsys.readouterr().out.split())


def test_what_a_german_table_is_taken_for_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = of_german(tmp_path, capsys)
    assert status == 0
    assert "'value_eur': the comma is read as the decimal point" in said
    assert "(the time; text that is a timestamp)" in said
    assert "(the amount" in said
    assert "--label-column verdict" in said
    assert "--split time" not in said


def test_entities_are_proposed_with_the_split_that_they_need(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Two days: training would refuse to make histories of them.
    _, said = of_german(tmp_path, capsys, "--entities", "card_no")
    assert "take 37 days to fill, and the data span 2.0" in said
    ready = said.partition("Next:")[2]
    assert "--split time" not in ready
    # A launch refuses entities without it.
    assert "--entities" not in ready
    assert ready.count("--drop-columns card_no") == 2
    path = write(
        tmp_path, happened=pd.date_range("2026-01-01", periods=200, freq="12h")
    )
    main(["--data", str(path), "--entities", "cc_num"])
    said = capsys.readouterr().out
    assert said.count("--split time") == 2


def test_a_table_without_an_amount_has_no_figures_about_money(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = of_german(tmp_path, capsys, amount="zahl")
    assert status == 0
    assert "no amount is recognised; without one there are no figures about" in said


def test_a_decimal_point_among_commas_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = of_german(tmp_path, capsys, _7="86.52")
    assert status == 1
    assert "column 'value_eur' holds a decimal point in row 8" in said
    assert "expected commas as in the rest of the column; correct it." in said
    assert "is empty" not in said
    assert "86.52" not in said


def test_every_column_is_said_within_80_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(write(tmp_path))]) == 0
    out = capsys.readouterr().out
    table = out.partition("Looks wrong")[0]
    for name, kind in (
        *[("happened", "timestamp"), ("cc_num", "entity"), ("price_amt", "number")],
        *[("kind", "category"), ("is_fraud", "label")],
    ):
        assert any(line.split()[:2] == [name, kind] for line in table.splitlines())
    assert max(map(len, table.splitlines())) <= 80
    assert SECRET not in out


def test_the_next_command_is_one_that_training_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path)
    main(["--data", str(path), "--categories", "kind"])
    train, launch = commands(capsys.readouterr().out)
    assert train[:6] == ["fraud", "train", "--data", str(path), "--model-dir", "out"]
    assert launch[:6] == ["fraud", "launch", "--env", "dev", "--data", str(path)]
    assert train[6:] == launch[6:]
    columns = to_arguments(build_parser().parse_args(train[6:])).columns
    assert (columns.label, columns.time, columns.amount, columns.categories) == (
        *("is_fraud", "happened", "price_amt"),
        ("kind",),
    )


def test_span_and_rate_stand_beside_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--data", str(write(tmp_path))])
    table, _, wrong = capsys.readouterr().out.partition("Looks wrong")
    assert "the time spans 8.3 days, 24 transactions a day" in table
    assert "time" not in wrong.partition("Next:")[0]


@pytest.mark.parametrize("amount", ["Betrag", "montant", "Amount (EUR)"])
def test_an_amount_is_proposed_by_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], amount: str
) -> None:
    status, said = of_german(tmp_path, capsys, amount=amount)
    assert status == 0
    assert shlex.join(["--amount-column", amount]) in said


@pytest.mark.parametrize(
    ("option", "given", "meant"),
    [
        ("--label-column", "is_frad", "is_fraud"),
        ("--time-column", "hapened", "happened"),
        ("--amount-column", "PRICE_AMT", "price_amt"),
        ("--weight-column", "knid", "kind"),
        ("--report-time-column", "happend", "happened"),
        ("--drop-columns", "kind,cc_nun", "cc_num"),
        ("--entities", "cc-num", "cc_num"),
        ("--categories", "kinds", "kind"),
        ("--kinds", '{"prize_amt": "number"}', "price_amt"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_one_that_was_meant(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    option: str,
    given: str,
    meant: str,
) -> None:
    label = [] if option == "--label-column" else ["--label-column", "is_fraud"]
    assert main(["--data", str(write(tmp_path)), *label, option, given]) == 1
    said = capsys.readouterr().err
    assert said.endswith(f"did you mean {meant!r}?\n")


def test_a_label_is_recognised_by_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "data.csv"
    for name in (
        *("Is Fraud?", "fraud_reported", "FraudFound_P", "has_cbk", "isFraud"),
        *("FraudResult", "Is Fraudulent", "fraud_bool", "EVENT_LABEL", "TX_FRAUD"),
    ):
        pd.read_csv(write(tmp_path)).rename(columns={"is_fraud": name}).to_csv(path)
        assert main(["--data", str(path)]) == 0
        launch = commands(capsys.readouterr().out)[1]
        assert launch[6:8] == ["--label-column", name]


def test_the_time_of_a_row_is_the_latest_known_when_it_is_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(
        tmp_path,
        signup_time=pd.date_range("2025-01-01", periods=200).astype(str),
        purchase_time=pd.date_range("2026-02-01", periods=200, freq="h").astype(str),
        chargeback_date=pd.date_range("2026-08-01", periods=200).astype(str),
    )
    main(["--data", str(path)])
    assert "--time-column purchase_time" in capsys.readouterr().out


def test_a_step_is_proposed_as_the_time_and_its_unit_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "paysim.csv"
    frame = pd.read_csv(write(tmp_path)).drop(columns="happened")
    frame.assign(step=np.arange(200) // 4).to_csv(path, index=False)
    main(["--data", str(path)])
    out = capsys.readouterr().out
    assert "--time-column step" in out
    assert "say it with --time-unit" in " ".join(out.split())


def test_options_that_begin_with_a_minus_survive_the_next_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--data", str(write(tmp_path)), "--missing-values=-1,-999"])
    words = commands(capsys.readouterr().out)[1]
    columns = to_arguments(build_parser().parse_args(words[6:])).columns
    assert columns.missing_values == (-1.0, -999.0)


def test_all_that_is_wrong_is_said_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, a=[*range(199), f"{SECRET}x"], b=[f"{SECRET}x", *range(199)])
    assert main(["--data", str(path)]) == 1
    out = capsys.readouterr().out
    said = " ".join(out.partition("Must be changed")[2].split())
    assert "column 'a' holds text in row 200" in said
    assert "column 'b' holds text in row 1 " in said
    assert SECRET not in out


def test_leaks_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, knows=LABEL * 3 + np.arange(200) / 1000, isFlagged=LABEL)
    main(["--data", str(path)])
    said = capsys.readouterr().out.partition("Looks wrong")[2]
    assert "separates the classes alone" in said
    assert "knows" in said
    assert "isFlagged" in said


def test_a_file_without_a_header_is_an_error_without_its_cells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "data.csv"
    path.write_text(f"2026-01-01,{SECRET},12.5,0\n2026-01-02,{SECRET},1.5,1\n")
    assert main(["--data", str(path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "has no header" in said
    assert SECRET not in said


def test_what_would_be_refused_is_not_proposed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gaps = [None if i % 3 else i / 7 for i in range(200)]
    columns: dict[str, object] = {
        "price_amt": gaps,
        "Time Diff (Mins)": np.arange(200) % 9 / 7,
    }
    path = write(tmp_path, **columns)
    assert main(["--data", str(path)]) == 0
    out = capsys.readouterr().out
    assert "--amount-column" not in out.partition("Next:")[2]
    assert "--time-column happened" in out


def test_a_time_in_several_columns_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moments = pd.date_range("2026-01-01", periods=200, freq="h")
    day, clock = moments.strftime("%Y-%m-%d"), moments.strftime("%H:%M")
    path = write(tmp_path, happened=day, clock=clock)
    assert main(["--data", str(path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "'happened' has days only, and 'clock' the time of day" in said
    parts: dict[str, object] = {
        "happened": "x",
        "Year": 2026,
        "Month": moments.month,
        "Time": clock,
    }
    assert main(["--data", str(write(tmp_path, **parts))]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Year, Month, Time look like parts of a time" in said


def test_no_line_ends_within_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, nothing=[None] * 200)
    assert main(["--data", str(path)]) == 0
    lines = capsys.readouterr().out.partition("Next:")[0].splitlines()
    assert max(map(len, lines)) <= 80
    assert "0 of 200 rows have a value, expected at least 20" in " ".join(
        " ".join(lines).split()
    )


def test_columns_with_the_default_names_may_be_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A ticket's class is no label, a word no amount, an hour no time of the rows."""
    others: dict[str, object] = {
        "Class": ["economy", "business"] * 100,
        "Amount": ["high", "low"] * 100,
    }
    assert main(["--data", str(write(tmp_path, **others))]) == 0
    proposed = capsys.readouterr().out.partition("Next:")[2]
    assert "--label-column is_fraud" in proposed
    assert "--amount-column price_amt" in proposed


@pytest.mark.parametrize("name", ["updated_at", "card_expiry_date", "settled date"])
def test_what_comes_after_is_not_the_time_of_the_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    later = pd.date_range("2027-01-01", periods=200, freq="7h").astype(str)
    assert main(["--data", str(write(tmp_path, **{name: later}))]) == 0
    assert "--time-column happened" in capsys.readouterr().out


def test_the_value_that_means_fraud_is_said_and_what_may_be_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    days = pd.date_range("2026-01-01", periods=400, freq="6h").astype(str)
    table = {
        "happened": days,
        "customer": [f"K{i % 90:03}" for i in range(400)],
        "amount": np.arange(400) % 17 + 0.5,
        "result": ["Betrug" if i % 8 == 0 else "ok" for i in range(400)],
    }
    path = tmp_path / "orders.csv"
    pd.DataFrame(table).to_csv(path, index=False)
    assert main(["--data", str(path), "--label-column", "result"]) == 0
    out = capsys.readouterr().out
    said = " ".join(out.split())
    assert "Betrug means fraud: 50 of 400 rows, 12.50%" in said
    assert "--entities customer --split time: the model looks at" in said
    assert "--threshold-policy cost --review-cost COST" in said
    assert "--entities" not in out.partition("Next:")[2]
    # Given once, it is proposed no more.
    arguments = ["--label-column", "result", "--entities", "customer"]
    assert main(["--data", str(path), *arguments]) == 0
    assert "--split time: " not in capsys.readouterr().out
