"""XGBoost over the rows of all hosts: each streams its own, and they grow one model.

Nothing is drawn by row, so that trees depend on nothing but rows, options and the
number of hosts, and a run that goes on from a checkpoint grows the same ones. (With row
sampling it would not: https://github.com/dmlc/xgboost/issues/10324.) Columns are drawn
by a seed of each tree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xgboost
from sklearn.pipeline import Pipeline
from xgboost.callback import TrainingCallback

from training.data.vocabulary import Vocabulary
from training.distributed.checkpoints import TREES_BETWEEN, Checkpoints
from training.distributed.group import Group
from training.distributed.membership import Booleans
from training.distributed.spool import Spool
from training.models.estimators import RECIPES
from training.options import ModelOptions


@dataclass(frozen=True)
class Rows:
    """Some of the rows of this host, as a model takes them."""

    spool: Spool
    vocabulary: Vocabulary
    chosen: Booleans


def fit_xgboost(
    group: Group,
    rows: Rows,
    options: ModelOptions,
    checkpoints: Checkpoints,
    *,
    name: str,
    threads: int,
    tell: Callable[[str], None],
) -> Pipeline:
    """Grow the trees, from the last checkpoint on if there is one.

    Memory: about 4 bytes for each feature of each row of this host with more than 256
    bins, 2 with fewer, and 40 bytes a row.
    """
    empty = rows.vocabulary.apply(rows.spool.template())
    pipeline = RECIPES["xgboost"](options, empty.inputs, empty.columns)
    prepare = pipeline.named_steps["prepare"]
    prepare.fit(np.zeros((1, len(empty.feature_names))))
    classifier = pipeline.named_steps["classify"].set_params(n_jobs=threads)
    parameters = {
        key: value
        for key, value in classifier.get_xgb_params().items()
        if key != "n_jobs" and value is not None
    }
    parameters |= {
        "objective": "binary:logistic",
        "nthread": threads,
    }
    matrix = xgboost.QuantileDMatrix(
        _Batches(rows, prepare.transform),
        max_bin=options.xgboost_bins,
        nthread=threads,
    )
    begun, grown = None, 0
    saved = checkpoints.load(group, name)
    if saved is not None:
        begun = xgboost.Booster(parameters, model_file=bytearray(saved))
        grown = begun.num_boosted_rounds()
        tell(f"  goes on after {grown} trees of a checkpoint")
    booster = xgboost.train(
        parameters,
        matrix,
        num_boost_round=max(0, options.xgboost_iterations - grown),
        xgb_model=begun,
        callbacks=[
            _Progress(name, options.xgboost_iterations, checkpoints, group, tell)
        ],
    )
    classifier.load_model(bytearray(booster.save_raw("ubj")))
    classifier.set_params(n_jobs=1)
    return pipeline


class _Batches(xgboost.DataIter):
    """Batches of this host's rows; one without rows where it has none."""

    def __init__(self, rows: Rows, prepare: Callable[[Any], Any]) -> None:
        super().__init__()
        self._rows, self._prepare = rows, prepare
        self._ranges = [
            limits
            for limits in rows.spool.ranges()
            if rows.chosen[slice(*limits)].any()
        ] or [(0, 0)]
        self._next = 0

    def reset(self) -> None:
        """Begin again."""
        self._next = 0

    def next(self, input_data: Callable[..., Any]) -> bool:
        """Give XGBoost the next batch."""
        if self._next == len(self._ranges):
            return False
        start, stop = self._ranges[self._next]
        self._next += 1
        rows = self._rows
        data = rows.spool.data(start, stop)
        data = rows.vocabulary.apply(data.take(np.flatnonzero(rows.chosen[start:stop])))
        weights = {} if data.weights is None else {"weight": data.weights}
        input_data(
            data=self._prepare(data.features).astype(np.float32)
            if data.rows
            else np.zeros(
                (0, _width(self._prepare, data.features.shape[1])), np.float32
            ),
            label=data.labels,
            **weights,
        )
        return True


def _width(prepare: Callable[[Any], Any], features: int) -> int:
    return int(prepare(np.zeros((1, features))).shape[1])


class _Progress(TrainingCallback):
    """Keeps checkpoints on the first host, and says how far the fit is."""

    def __init__(
        self,
        name: str,
        trees: int,
        checkpoints: Checkpoints,
        group: Group,
        tell: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._name, self._trees = name, trees
        self._checkpoints, self._group, self._tell = checkpoints, group, tell

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ANN401, ARG002 - XGBoost's signature
        """Never stop early."""
        grown = epoch + 1
        if self._group.is_first and grown % TREES_BETWEEN == 0:
            self._checkpoints.save(self._name, bytes(model.save_raw("ubj")))
        if 5 * grown // self._trees > 5 * (grown - 1) // self._trees:
            self._tell(f"  {grown} of {self._trees} trees of the {self._name}")
        return False
