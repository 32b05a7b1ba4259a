"""Shards of tables, as hosts have them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROWS = 600


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """Every kind of column: numbers with gaps, categories, moments, keys."""
    random = np.random.default_rng(0)
    labels = (random.random(ROWS) < 0.1).astype(int)
    gaps = random.normal(size=ROWS) + labels
    gaps[random.random(ROWS) < 0.2] = np.nan
    country = random.choice(["FR", "DE", "ES", "IT"], ROWS, p=[0.5, 0.3, 0.19, 0.01])
    start = pd.Timestamp("2026-01-01")
    seconds = np.sort(random.integers(0, 40 * 86_400, ROWS))
    return pd.DataFrame(
        {
            "Time": start + pd.to_timedelta(seconds, unit="s"),
            "Amount": random.lognormal(3, 1, ROWS).round(2),
            "gaps": gaps,
            "country": country,
            "online": random.random(ROWS) < 0.4,
            "rare": np.where(np.arange(ROWS) > ROWS - 30, "late", "usual"),
            "card_id": random.integers(0, 90, ROWS),
            "one_value": 1.0,
            "Class": labels,
        }
    )


@pytest.fixture
def shard(tmp_path: Path) -> Callable[..., list[Path]]:
    """Write parts of a table into one directory, and share them out to hosts."""

    def write(
        parts: Sequence[pd.DataFrame], hosts: int, suffix: str = "parquet"
    ) -> list[Path]:
        roots = [tmp_path / "all", *(tmp_path / f"host{n}" for n in range(hosts))]
        for root in roots:
            root.mkdir()
        for number, part in enumerate(parts):
            for root in (roots[0], roots[1 + number % hosts]):
                file = root / f"part-{number:02d}.{suffix}"
                if suffix == "parquet":
                    part.to_parquet(file, index=False)
                else:
                    part.to_csv(file, index=False)
        return roots

    return write
