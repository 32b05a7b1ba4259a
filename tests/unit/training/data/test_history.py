"""Histories in training: as of each row, after a warm-up, hidden from a few."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from artifact.history.definition import feature_names_of
from artifact.history.snapshot import read_snapshot
from training.command_line import build_parser, to_arguments
from training.data.history import HIDDEN_SHARE, add_history, hide_some
from training.data.reading import read_dataset
from training.data.report_times import mean_delay_hours
from training.data.split import split
from training.errors import TrainingError
from training.options import Arguments
from training.train import train

DAY = 86_400
ROWS = 3000
OPTIONS = (
    *("--entities", "card_id", "--split", "time", "--label-column", "fraud"),
    *("--time-column", "time", "--amount-column", "amount", "--test-days", "12"),
)


def arguments(*more: str) -> Arguments:
    return to_arguments(build_parser().parse_args([*OPTIONS, *more]))


def write_table(path: Path, days: int = 90) -> Path:
    random = np.random.default_rng(0)
    times = np.sort(random.uniform(0, days * DAY, ROWS))
    cards = random.integers(0, 40, ROWS)
    amounts = random.uniform(1, 90, ROWS).round(2)
    frauds = (cards < 4) & (random.random(ROWS) < 0.5)
    lines = [
        f"{time:.0f},card-{card},{amount},{fraud:d}"
        for time, card, amount, fraud in zip(times, cards, amounts, frauds, strict=True)
    ]
    path.write_text("\n".join(["time,card_id,amount,fraud", *lines]) + "\n")
    return path


def with_reports(path: Path, *, delay_days: float = 3.0) -> Path:
    """The same table, in which each second fraud says when it was reported."""
    header, *lines = path.read_text().splitlines()
    said = []
    for number, line in enumerate(lines):
        time, *_, fraud = line.split(",")
        known = fraud == "1" and number % 2
        said.append(f"{line},{int(time) + delay_days * DAY if known else ''}")
    path.write_text("\n".join([f"{header},reported", *said]) + "\n")
    return path


def test_rows_without_a_label_are_payments_of_their_histories(tmp_path: Path) -> None:
    whole = write_table(tmp_path / "whole.csv")
    header, *lines = whole.read_text().splitlines()
    pending = [line.rsplit(",", 1)[0] + "," for line in lines[-200:]]
    path = tmp_path / "pending.csv"
    path.write_text("\n".join([header, *lines[:-200], *pending]) + "\n")
    options = arguments("--unlabelled", "drop")

    data, histories = add_history(read_dataset(path, options.columns), options)
    every, complete = add_history(read_dataset(whole, options.columns), options)

    assert data.rows == every.rows - 200
    counts = every.feature_names.index(feature_names_of("card_id")[2])
    assert (data.features[:, counts] == every.features[:-200, counts]).all()
    assert [len(table.seconds) for table in histories.tables] == (
        [len(table.seconds) for table in complete.tables]
    )


def test_the_default_delay_is_a_week_where_histories_are(tmp_path: Path) -> None:
    assert arguments().split.label_delay_hours == 168
    assert arguments("--label-delay-hours", "24").split.label_delay_hours == 24
    plain = to_arguments(build_parser().parse_args(["--split", "time"]))
    assert plain.split.label_delay_hours == 0
    assert not plain.has_histories


def test_the_first_days_are_history_and_no_rows(tmp_path: Path) -> None:
    whole = read_dataset(write_table(tmp_path / "t.csv"), arguments().columns)
    data, histories = add_history(whole, arguments())
    assert data.times is not None
    assert data.times.min() >= 37 * DAY
    assert data.feature_names[-19:] == histories.definition.feature_names
    counts = data.features[:, data.feature_names.index("card_id.transactions_30_days")]
    assert counts.mean() > 10, "the warm-up counts"


def test_too_short_a_table_says_what_is_needed(tmp_path: Path) -> None:
    whole = read_dataset(write_table(tmp_path / "t.csv", days=30), arguments().columns)
    with pytest.raises(
        TrainingError, match=r"days, expected more than the 37 that histories"
    ):
        add_history(whole, arguments())


def test_a_few_histories_are_hidden_and_nothing_else(tmp_path: Path) -> None:
    whole = read_dataset(write_table(tmp_path / "t.csv"), arguments().columns)
    data, histories = add_history(whole, arguments())
    hidden = hide_some(data, histories.definition, 0).features
    own = len(whole.feature_names)
    unknown = np.isnan(hidden[:, own:]).all(axis=1)
    assert 0 < unknown.mean() < 2 * HIDDEN_SHARE
    np.testing.assert_array_equal(hidden[:, :own], data.features[:, :own])
    np.testing.assert_array_equal(hidden[~unknown], data.features[~unknown])


def test_the_state_lies_beside_the_artifact_and_its_hash_in_it(tmp_path: Path) -> None:
    table = write_table(tmp_path / "t.csv")
    chosen = arguments("--model", "gradient-boosting", "--calibration", "none")
    train(table, tmp_path / "out", chosen)
    section = json.loads((tmp_path / "out" / "manifest.json").read_text())["history"]
    assert section["entities"] == ["card_id"]
    assert section["label_delay_hours"] == 168
    data, split = (
        json.loads((tmp_path / "out" / "metrics.json").read_text())[part]
        for part in ("data", "split")
    )
    assert data["histories_of"] == ["card_id"]
    filled, learnt = data["rows_only_for_histories"], split["train_rows"]
    late = ROWS - filled - learnt - split["test_rows"]
    card = (tmp_path / "out" / "model_card.md").read_text()
    assert "Histories of `card_id` are features" in card
    assert f"{filled:,} rows only filled the histories; {ROWS - filled:,} rows" in card
    assert f"{late:,} rows before the test part are left out" in card
    assert filled > 0
    assert late > 0
    assert "They stand for" not in card, "the rows have no weights"
    assert not list((tmp_path / "out").rglob("*history*"))
    _, histories = add_history(read_dataset(table, chosen.columns), chosen)
    states = list(read_snapshot(tmp_path / "out.history.npz", histories.definition))
    assert len(states) == 40
    assert {entity for entity, _, _ in states} == {"card_id"}
    assert "card-7" in {value for _, value, _ in states}


def test_reports_count_when_the_data_say_so_and_else_after_the_delay(
    tmp_path: Path,
) -> None:
    chosen = arguments("--report-time-column", "reported")
    whole = read_dataset(with_reports(write_table(tmp_path / "t.csv")), chosen.columns)
    assert "reported" not in whole.feature_names, "it would know the answer"
    assert chosen.measures_delay
    assert mean_delay_hours(whole) == 72
    data, histories = add_history(whole, chosen.with_delay(72.0))
    assert histories.definition.label_delay_hours == 72
    (table,) = histories.tables
    delays = (table.reported_seconds - table.seconds[table.reported]) / DAY
    assert set(delays.round(6)) == {3.0}
    given = arguments("--report-time-column", "reported", "--label-delay-hours", "240")
    assert not given.measures_delay
    (table,) = add_history(whole, given)[1].tables
    delays = (table.reported_seconds - table.seconds[table.reported]) / DAY
    assert set(delays.round(6)) == {3.0, 10.0}
    assert len(data.labels) == np.count_nonzero(whole.times >= 33 * DAY)  # type: ignore[operator]


def test_a_fraud_is_learnt_from_once_it_was_reported(tmp_path: Path) -> None:
    chosen = arguments("--report-time-column", "reported")
    path = with_reports(write_table(tmp_path / "t.csv"), delay_days=30)
    whole = read_dataset(path, chosen.columns)
    assert whole.times is not None
    parts = split(whole, replace(chosen.split, label_delay_hours=0.0))
    assert parts.train.reported is not None
    assert parts.test.times is not None
    reported = parts.train.reported[~np.isnan(parts.train.reported)]
    assert len(reported)
    assert reported.max() < parts.test.times.min()


@pytest.mark.parametrize(
    ("reported", "said"),
    [
        ("x", "holds no times"),
        ("-5", "is before the transaction in row 1"),
        ("2024-01-01 10:00:00", "expected one clock"),
    ],
)
def test_report_times_that_cannot_be_are_refused(
    tmp_path: Path, reported: str, said: str
) -> None:
    path = write_table(tmp_path / "t.csv")
    header, *lines = path.read_text().splitlines()
    rows = [f"{line},{reported}" for line in lines]
    path.write_text("\n".join([f"{header},reported", *rows]) + "\n")
    with pytest.raises(TrainingError, match=said):
        read_dataset(path, arguments("--report-time-column", "reported").columns)


def test_the_measured_delay_is_in_the_manifest(tmp_path: Path) -> None:
    table = with_reports(write_table(tmp_path / "t.csv"))
    options = ("--model", "logistic-regression", "--calibration", "none")
    train(
        table, tmp_path / "o", arguments("--report-time-column", "reported", *options)
    )
    manifest = json.loads((tmp_path / "o" / "manifest.json").read_text())
    assert manifest["history"]["label_delay_hours"] == 72
    kinds = {column["name"]: column["kind"] for column in manifest["columns"]}
    assert kinds["reported"] == "dropped", "a request may hold it, and it is ignored"


def test_amounts_with_marks_and_spellings_of_a_card_are_read_the_same_online(
    tmp_path: Path,
) -> None:
    """The histories of a table do not depend on how its text writes it."""
    plain = write_table(tmp_path / "plain.csv")
    header, *lines = plain.read_text().splitlines()
    marked = []
    for row, line in enumerate(lines):
        time, card, amount, fraud = line.split(",")
        card = f" {card} " if row % 2 else card
        marked.append(f"{time},{card},${float(amount):.2f},{fraud}")
    path = tmp_path / "marked.csv"
    path.write_text("\n".join([header, *marked]) + "\n")
    options = arguments()
    sets = [read_dataset(file, options.columns) for file in (plain, path)]
    whole, definitions = zip(
        *((data, h.definition) for data, h in (add_history(d, options) for d in sets)),
        strict=True,
    )
    names = definitions[0].feature_names
    first, second = (
        data.features[:, [data.feature_names.index(name) for name in names]]
        for data in whole
    )
    np.testing.assert_array_equal(first, second)
    assert definitions[0].amount_form is None
    assert definitions[1].amount_form.unit == "$"
