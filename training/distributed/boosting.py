"""XGBoost over the rows of all hosts: each streams its own, and they grow one model.

Bins are agreed on before the first tree, sums of gradients are exact and nothing is
drawn by row, so that trees depend on nothing but rows and options, whatever the number
of hosts, and a run that goes on from a checkpoint grows the same ones.
"""

from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import xgboost
from sklearn.pipeline import Pipeline

from training.data.dataset import Dataset
from training.distributed.checkpoints import Checkpoints
from training.distributed.group import Group
from training.distributed.rows import Rows
from training.models.bins import Singles, bin_edges
from training.models.estimators import RECIPES
from training.models.xgboost_classifier import TREES_TOGETHER, matrix_of_edges
from training.options import ModelOptions


def fit_xgboost(
    group: Group,
    rows: Rows,
    sample: Dataset | None,
    options: ModelOptions,
    checkpoints: Checkpoints,
    *,
    name: str,
    threads: int,
    tell: Callable[[str], None],
) -> Pipeline:
    """Grow the trees, from the last checkpoint on if there is one.

    `sample` is on the first host: the rows of all hosts, or some of them with the
    weight of all, between whose values the bins' edges are.

    Memory: about 4 bytes for each feature of each row of this host with more than 256
    bins, 2 with fewer, and 40 bytes a row.
    """
    empty = rows.template()
    pipeline = RECIPES["xgboost"](options, empty.inputs, empty.columns)
    prepare = pipeline.named_steps["prepare"]
    prepare.fit(np.zeros((1, len(empty.feature_names))))
    classifier = pipeline.named_steps["classify"].set_params(n_jobs=threads)
    bins = options.xgboost_bins
    edges: list[Singles] | None = None
    if sample is not None:
        prepared = prepare.transform(rows.vocabulary.apply(sample).features)
        edges = bin_edges(prepared, sample.weights, bins)
    matrix = xgboost.QuantileDMatrix(
        _Batches(rows, prepare.transform),
        max_bin=bins,
        nthread=threads,
        ref=matrix_of_edges(group.from_first(edges), bins, threads),
    )
    begun = checkpoints.load(group, name)
    if begun is not None:
        grown = xgboost.Booster(model_file=bytearray(begun)).num_boosted_rounds()
        tell(f"  goes on after {grown} trees of a checkpoint")
    trees = options.xgboost_iterations

    def after_tree(model: xgboost.Booster, grown: int) -> None:
        if group.is_first and grown % TREES_TOGETHER == 0:
            checkpoints.save(name, bytes(model.save_raw("ubj")))
        if 5 * grown // trees > 5 * (grown - 1) // trees:
            tell(f"  {grown} of {trees} trees of the {name}")

    def total(of_host: float) -> float:
        return float(group.total(np.array([of_host], np.float64))[0])

    grown_model = classifier.grow(matrix, begun, after_tree, total)
    classifier.load_model(bytearray(grown_model))
    classifier.set_params(n_jobs=1)
    return pipeline


class _Batches(xgboost.DataIter):
    """Batches of this host's rows; one without rows where it has none."""

    def __init__(self, rows: Rows, prepare: Callable[[Any], Any]) -> None:
        super().__init__()
        self._rows, self._prepare = rows, prepare
        self.reset()

    def reset(self) -> None:
        """Begin again."""
        batches = self._rows.batches()
        self._batches = chain([next(batches, self._rows.template())], batches)

    def next(self, input_data: Callable[..., Any]) -> bool:
        """Give XGBoost the next batch."""
        data = next(self._batches, None)
        if data is None:
            return False
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
