"""What few rows show, on one host, is agreed on by all."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.unit.training.distributed.test_encodings import in_order, spools
from training.columns import Columns
from training.data.reading import read_dataset


@pytest.mark.parametrize("contradicting", ["nowhere", "in a row", "between batches"])
def test_a_column_repeats_another_only_if_it_does_in_every_row(
    frame: pd.DataFrame,
    shard: Callable[..., list[Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    contradicting: str,
) -> None:
    monkeypatch.setattr("training.distributed.agreement.SAMPLE_ROWS", 100)
    monkeypatch.setattr("training.data.batches.BATCH_ROWS", 90)
    seen = frame["Time"].copy()
    counter = np.arange(len(frame))
    if contradicting == "in a row":
        seen.iloc[-1] += pd.Timedelta(hours=1)
        counter[-5:] = 0
    elif contradicting == "between batches":  # it rises in each, and begins anew
        counter[250:] -= 250
    frame = frame.assign(seen=seen, counter=counter)
    whole, *roots = shard([frame[:250], frame[250:]], 2)
    alone = read_dataset(whole, Columns())
    together = spools(roots, Columns(), tmp_path)
    assert together[0].table == alone.table
    np.testing.assert_array_equal(in_order(together), alone.features)


@pytest.mark.parametrize(
    "forms",
    [
        ("12,50", "1.358"),
        ("12,50", "1.358.000,20"),
        ("12,50 €", "1.358 €"),
        ("12", "12,5"),
        ("12", "1,358"),
        ("12.50", "1,358.20"),
        ("$12.50", "($3.20)"),
        ("12", "00501"),
        ("03/04/2026", "13/04/2026"),
        ("03/04/2026", "04/13/2026"),
    ],
)
def test_a_form_that_one_row_of_one_host_has_is_agreed_on(
    frame: pd.DataFrame,
    shard: Callable[..., list[Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    forms: tuple[str, str],
) -> None:
    usual, lone = forms
    monkeypatch.setattr("training.distributed.agreement.SAMPLE_ROWS", 50)
    monkeypatch.setattr("training.distributed.profile.MOST_COUNTED", 20)

    def cell(row: int) -> str:
        if "/" in usual:
            return f"{row % 12 + 1:02d}/{row // 12 % 12 + 1:02d}/2026"
        return usual.replace("12", str(10 + row), 1)

    cells = [cell(row) for row in range(len(frame))]
    cells[-1] = lone
    frame = frame.assign(written=cells)
    whole, *roots = shard([frame[:250], frame[250:]], 2, "csv")
    alone = read_dataset(whole, Columns())
    together = spools(roots, Columns(), tmp_path)
    found = [
        replace(next(c for c in table if c.name == "written"), why="")
        for table in (together[0].table, alone.table)
    ]
    assert found[0] == found[1]
    np.testing.assert_array_equal(in_order(together), alone.features)
