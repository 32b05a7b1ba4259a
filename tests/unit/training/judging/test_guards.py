"""What is said of data that look wrong: named, each with what to do."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from training.columns import Columns
from training.data.counts import Counts
from training.data.reading import read_dataset
from training.data.split import split
from training.errors import TrainingError
from training.judging.evaluation import describe_population
from training.judging.guards import check_span, describe_span, find_warnings
from training.options import Arguments, DecisionOptions, ModelOptions, SplitOptions
from training.train import train

ROWS = 1000
RANDOM = np.random.default_rng(2)
LABEL = (np.arange(ROWS) % 8 == 0).astype(int)
NOISE = RANDOM.normal(size=ROWS)


def said(tmp_path: Path, columns: Columns = Columns(), **values: Any) -> str:  # noqa: B008
    """Return all that is said of a table with these columns."""
    frame = pd.DataFrame({"V1": NOISE, "Class": LABEL, **values})
    frame.to_parquet(tmp_path / "data.parquet")
    data = read_dataset(tmp_path / "data.parquet", columns)
    population = describe_population(data)
    check_span(data, population)
    parts = split(data, SplitOptions())
    counts = Counts.of(data, parts)
    return " · ".join(find_warnings(data, parts, population, counts))


def test_good_data_are_passed_over_in_silence(tmp_path: Path) -> None:
    assert said(tmp_path) == ""


def test_rows_on_both_sides_of_the_split(tmp_path: Path) -> None:
    words = said(tmp_path, V1=np.arange(ROWS) % 50)
    assert "test rows that repeat a training row: 200" in words
    assert "--split grouped" in words


@pytest.mark.parametrize("name", ["ip_address", "user_id", "card_number"])
def test_identifiers_among_the_features(tmp_path: Path, name: str) -> None:
    """Whole numbers are taken for keys; numbers with a fraction are not."""
    words = said(tmp_path, Columns(), **{name: NOISE * 1e9})
    assert f"identifiers: {name}" in words
    # A launch takes --entities with this split only.
    assert f"--entities {name} --split time" in words
    assert f"or --drop-columns {name}" in words
    assert "--entities" in words


def test_more_frauds_than_legitimate_rows(tmp_path: Path) -> None:
    words = said(tmp_path, Class=1 - LABEL)
    assert "875 of 1,000 rows are frauds" in words
    assert "--fraud-value" in words


def test_too_few_frauds_to_judge(tmp_path: Path) -> None:
    words = said(tmp_path, Class=(np.arange(ROWS) % 40 == 0).astype(int))
    assert "the test part has 5 frauds, fewer than 20" in words
    assert "--test-size" in words


@pytest.mark.parametrize(
    "name", ["isFlaggedFraud", "TX_FRAUD_SCENARIO", "chargeback_date", "disputeState"]
)
def test_columns_that_exist_after_the_fact(tmp_path: Path, name: str) -> None:
    words = said(tmp_path, Columns(), **{name: RANDOM.integers(0, 3, ROWS)})
    assert f"--drop-columns {name}" in words


def test_a_ready_option_is_one_that_a_shell_takes(tmp_path: Path) -> None:
    names = {"Fraud type": RANDOM.integers(0, 3, ROWS), "dispute": NOISE}
    words = said(tmp_path, Columns(), **names)
    assert "--drop-columns 'Fraud type,dispute'" in words
    secret = {"fraud 4929123412341234": NOISE}
    words = said(tmp_path, Columns(), **secret)
    assert "--drop-columns NAME,…" in words
    assert "4929" not in words


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("is_text", [False, True])
def test_a_feature_that_alone_separates(
    tmp_path: Path, sign: int, is_text: bool
) -> None:
    leak = np.where(LABEL, "x", "y") if is_text else sign * (LABEL * 9 + NOISE)
    words = said(tmp_path, knows=leak)
    assert "separates the classes alone, as if it knew the label: knows" in words
    assert "--drop-columns" in words


def test_a_number_that_only_grows(tmp_path: Path) -> None:
    words = said(tmp_path, Time=np.arange(ROWS))
    # The time that is named cannot be left out; its unit makes it a timestamp.
    assert "the time 'Time' is a feature that only grows" in words
    words = said(tmp_path, place=np.arange(ROWS) / 7)
    assert "numbers that only grow, so never come again: place" in words


def test_a_moment_that_only_frauds_have(tmp_path: Path) -> None:
    moment = ["2026-01-31 12:00:00" if each else None for each in LABEL]
    words = said(tmp_path, resolved_at=moment)
    assert "as if it knew the label: resolved_at" in words


def test_a_number_that_only_frauds_have(tmp_path: Path) -> None:
    words = said(tmp_path, lost=np.where(LABEL, 5.0 + NOISE, np.nan))
    assert "as if it knew the label: lost" in words


@pytest.mark.parametrize(
    ("code", "others", "said_so"),
    [
        (-1, np.arange(ROWS) % 40, True),
        (-999, np.arange(ROWS) % 40 / 7, True),
        (9999, np.arange(ROWS) % 40, True),
        (9_999_999, np.arange(ROWS) % 40, True),
        (-1, np.arange(ROWS) % 2, False),
        (-1, np.arange(ROWS) % 40 - 20, False),
        (9999, np.arange(ROWS) * 9, False),
        (-7, np.arange(ROWS) % 40, False),
    ],
)
def test_a_number_that_may_mean_not_known(
    tmp_path: Path, code: int, others: np.ndarray, *, said_so: bool
) -> None:
    values = np.where(np.arange(ROWS) % 9 == 0, code, others)
    assert (f"--missing-values={code}" in said(tmp_path, months=values)) == said_so


@pytest.mark.parametrize("step_seconds", [86_400_000, 1e-9])
def test_a_span_that_cannot_be_is_refused(tmp_path: Path, step_seconds: float) -> None:
    """Milliseconds read as seconds made a rule that alerts on everything."""
    with pytest.raises(TrainingError, match="cannot be; say its unit with --time-unit"):
        said(tmp_path, Time=np.arange(ROWS) * step_seconds)


def test_the_unit_that_is_said_is_taken(tmp_path: Path) -> None:
    assert said(tmp_path, Columns(time_unit="d"), Time=np.arange(ROWS)) == ""


def test_hours_read_as_seconds_are_suspected(tmp_path: Path) -> None:
    words = said(tmp_path, Time=np.arange(ROWS) // 2)
    assert "transactions a day look like a wrong unit of the time 'Time'" in words


def test_span_and_rate_in_one_line(tmp_path: Path) -> None:
    frame = pd.DataFrame({"Time": np.arange(ROWS) * 345.6, "V1": NOISE, "Class": LABEL})
    frame.to_parquet(tmp_path / "data.parquet")
    data = read_dataset(tmp_path / "data.parquet", Columns())
    line = describe_span(describe_population(data))
    assert line == "the time spans 4.0 days, 250 transactions a day"


def test_a_delay_longer_than_the_data_says_so(tmp_path: Path) -> None:
    times = np.arange(ROWS) * 864.0  # ten days
    frame = pd.DataFrame({"Time": times, "V1": NOISE, "Class": LABEL})
    frame.to_parquet(tmp_path / "data.parquet")
    data = read_dataset(tmp_path / "data.parquet", Columns())
    with pytest.raises(
        TrainingError, match=r"is longer than what lies before the test"
    ):
        split(data, SplitOptions(protocol="time", label_delay_hours=9 * 24.0))


@pytest.mark.parametrize(
    "policy",
    ["fixed", "max-f1", "cost", "alerts-per-day", "precision", "expected-value"],
)
def test_the_handbooks_protocol_runs_with_any_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], policy: str
) -> None:
    """Seven days to learn from, seven of delay, seven of test."""
    rows = 2100
    days = np.arange(rows) / 100
    label = (np.arange(rows) % 9 == 0).astype(int)
    frame = pd.DataFrame(
        {
            "TX_DATETIME": pd.Timestamp("2018-07-25") + pd.to_timedelta(days, "D"),
            "TX_TIME_DAYS": days.astype(int),
            "TX_AMOUNT": RANDOM.exponential(50, rows) + 300 * label,
            "TX_FRAUD": label,
        }
    )
    frame.to_parquet(tmp_path / "data.parquet")
    arguments = Arguments(
        columns=Columns(label="TX_FRAUD", time="TX_DATETIME", amount="TX_AMOUNT"),
        split=SplitOptions(protocol="time", test_days=7, label_delay_hours=7 * 24.0),
        options=ModelOptions(),
        decision=DecisionOptions(policy=policy),  # type: ignore[arg-type]
    )
    metrics = train(tmp_path / "data.parquet", tmp_path / "out", arguments)
    assert 690 <= metrics["split"]["train_rows"] <= 710
    assert 690 <= metrics["split"]["test_rows"] <= 710
    assert metrics["model"]["calibration"] == "sigmoid"
    out = capsys.readouterr().out
    assert "leaves no rows before the folds" in " ".join(out.split())
