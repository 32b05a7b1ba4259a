"""Hosts that talk through XGBoost grow the trees of one, whatever rows each has."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from xgboost.tracker import RabitTracker

from tests.unit.training.distributed.test_encodings import spools
from training.columns import Columns
from training.data.dataset import Dataset
from training.data.reading import read_dataset
from training.data.vocabulary import Vocabulary, learn_vocabulary
from training.distributed.boosting import fit_xgboost
from training.distributed.checkpoints import Checkpoints
from training.distributed.group import communicating
from training.distributed.hosts import Hosts
from training.distributed.rows import Rows
from training.distributed.spool import Spool
from training.models.fitting import fit_pipeline
from training.options import ModelOptions

OPTIONS = ModelOptions(xgboost_iterations=25, xgboost_bins=64, xgboost_depth=4)
SECONDS = 60.0


def grow_together(
    spools: list[Spool], vocabulary: Vocabulary, sample: Dataset
) -> list[Pipeline]:
    names = tuple(f"algo-{number + 1}" for number in range(len(spools)))
    tracker = RabitTracker(len(names), host_ip="127.0.0.1", sortby="task")
    tracker.start()
    where = tracker.worker_args()

    def grow(name: str) -> Pipeline:
        with communicating(Hosts(names, name), where) as group:
            spool = spools[group.hosts.rank]
            return fit_xgboost(
                group,
                Rows(spool, vocabulary, np.ones(spool.rows, bool)),
                sample if group.is_first else None,
                OPTIONS,
                Checkpoints(None, ""),
                name="model",
                threads=1,
                tell=lambda _: None,
            )

    with ThreadPoolExecutor(len(names)) as pool:
        return [one.result(SECONDS) for one in [pool.submit(grow, n) for n in names]]


def trees_of(pipeline: Pipeline) -> list[str]:
    dumped: list[str] = pipeline[-1].get_booster().get_dump(with_stats=True)
    return dumped


@pytest.mark.parametrize("weight", [None, 20.0])
@pytest.mark.parametrize("shares", ["even", "skewed", "one empty", "one honest"])
def test_they_are_those_of_one_host_bit_for_bit(
    frame: pd.DataFrame,
    shard: Callable[..., list[Path]],
    tmp_path: Path,
    shares: str,
    weight: float | None,
) -> None:
    if weight is not None:
        frame = frame.assign(SampleWeight=np.where(frame["Class"] == 1, 1.0, weight))
    frauds, honest = frame[frame["Class"] == 1], frame[frame["Class"] == 0]
    parts = {
        "even": [frame[:200], frame[200:400], frame[400:]],
        "skewed": [frame[:580], frame[580:590], frame[590:]],
        "one empty": [frame[:350], frame[:0], frame[350:]],
        "one honest": [honest[:300], honest[300:], frauds],
    }[shares]
    whole, *roots = shard(parts, 3)
    for part, file in zip(parts, sorted(whole.iterdir()), strict=True):
        if part.empty:
            file.unlink()  # one host refuses it
    data = read_dataset(whole, Columns())
    vocabulary = learn_vocabulary(data)
    fitted = grow_together(spools(roots, Columns(), tmp_path), vocabulary, data)
    alone = fit_pipeline("xgboost", vocabulary.apply(data), OPTIONS)
    assert len(trees_of(alone)) == OPTIONS.xgboost_iterations
    for one in fitted:
        assert trees_of(one) == trees_of(alone)
