"""The linear model over hosts is the one of all rows, though it begins with a few."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from artifact.columns import Kind
from tests.unit.training.distributed.hosts_in_threads import on_hosts
from tests.unit.training.distributed.test_encodings import spools
from training.columns import Columns
from training.data.dataset import Dataset
from training.data.reading import read_dataset
from training.data.vocabulary import Vocabulary, learn_vocabulary
from training.distributed.group import Group
from training.distributed.linear import fit_to_all_rows
from training.distributed.rows import Rows
from training.distributed.spool import Spool
from training.models.fitting import fit_pipeline
from training.options import ModelOptions


@pytest.mark.parametrize("weight", [None, 20.0])
@pytest.mark.parametrize("kinds", ["numbers", "every kind"])
def test_it_is_the_optimum_over_all_rows(
    frame: pd.DataFrame,
    shard: Callable[..., list[Path]],
    tmp_path: Path,
    weight: float | None,
    kinds: str,
) -> None:
    if kinds == "numbers":
        frame = frame[["Time", "Amount", "Class"]].assign(
            Time=np.arange(len(frame)), other=np.cos(np.arange(len(frame)) ** 2)
        )
    if weight is not None:
        frame = frame.assign(SampleWeight=np.where(frame["Class"] == 1, 1.0, weight))
    whole, *roots = shard([frame[:250], frame[250:400], frame[400:]], 3)
    data = read_dataset(whole, Columns())
    vocabulary = learn_vocabulary(data)
    known = vocabulary.apply(data)
    few = known.take(np.flatnonzero(np.arange(data.rows) % 3 > 0))
    together = spools(roots, Columns(), tmp_path)
    work = partial(_fit, together, vocabulary, few)
    fitted, *others = on_hosts(3, work)

    exact = fit_pipeline("logistic-regression", known, ModelOptions())
    scaler, model = fitted[-2], fitted[-1]
    encoded = fitted[:-2].transform(known.features) if len(fitted) > 2 else None
    inputs = known.features if encoded is None else encoded
    expected = StandardScaler().fit(inputs, sample_weight=known.weights)
    np.testing.assert_allclose(scaler.mean_, expected.mean_)
    np.testing.assert_allclose(scaler.scale_, expected.scale_)
    best = LogisticRegression(
        C=exact[-1].C, class_weight="balanced", tol=1e-10, max_iter=5000
    ).fit(expected.transform(inputs), known.labels, sample_weight=known.weights)
    np.testing.assert_allclose(model.coef_, best.coef_, atol=1e-5)
    np.testing.assert_allclose(model.intercept_, best.intercept_, atol=1e-5)
    for other in others:
        np.testing.assert_array_equal(other[-1].coef_, model.coef_)
    has_categories = any(column.kind is Kind.CATEGORY for column in known.inputs)
    assert has_categories == (kinds == "every kind")


def _fit(
    together: list[Spool], vocabulary: Vocabulary, few: Dataset, group: Group
) -> Pipeline:
    spool = together[group.hosts.rank]
    rows = Rows(spool, vocabulary, np.ones(spool.rows, bool))
    return fit_to_all_rows(
        group, fit_pipeline("logistic-regression", few, ModelOptions()), rows
    )
