"""The scorer answers as the fitted model does, for every part that training makes."""

import json
import shutil
from collections.abc import Iterator
from operator import methodcaller
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import logit
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from artifact.errors import ArtifactError
from artifact.manifest import PROBABILITY_TOLERANCE
from artifact.scoring import native
from artifact.scoring.forest import Forest
from artifact.scoring.scorer import read_scorer
from training.errors import TrainingError
from training.writing.parity import check_parity
from training.writing.scorer import describe_scorer, write_scorer

N_FEATURES = 5


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """OpenMP's threads wait by spinning: on shared cores they cost seconds."""
    with threadpool_limits(1):
        yield


def sample(n_rows: int = 400) -> tuple[Any, Any]:
    random = np.random.default_rng(7)
    rows = random.normal(size=(n_rows, N_FEATURES)) * [1, 10, 100, 1e-3, 1]
    labels = (rows[:, 0] + rows[:, 1] / 10 + random.normal(size=n_rows) > 1).astype(int)
    return rows, labels


def logistic() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression())


def boosted() -> Any:
    return HistGradientBoostingClassifier(max_iter=20, min_samples_leaf=5)


def extra_trees() -> Any:
    return ExtraTreesClassifier(13, random_state=0)


def clipped_network() -> Any:
    clip = FunctionTransformer(np.clip, kw_args={"a_min": -5, "a_max": 5})
    network = MLPClassifier((6, 4), activation="tanh", max_iter=200, random_state=0)
    return make_pipeline(StandardScaler(), clip, network)


def vote(*weights: float) -> Any:
    parts = [("l", logistic()), ("b", boosted()), ("e", extra_trees())]
    return VotingClassifier(parts, voting="soft", weights=list(weights))


def prepared(classifier: Any) -> Any:
    """Hour of day and the amount's logarithm, as training prepares them."""
    steps = [
        ("time", FunctionTransformer(methodcaller("__mod__", 24.0)), [2]),
        ("amount", FunctionTransformer(np.arcsinh), [1]),
    ]
    return make_pipeline(ColumnTransformer(steps, remainder="passthrough"), classifier)


class PlattStack(StackingClassifier):  # type: ignore[misc]
    """A calibrator on the log-odds of a fitted model's probability."""

    def fit(self, rows: Any, labels: Any) -> Any:
        self.named_estimators["model"].fit(rows, labels)
        return super().fit(rows, labels)


PlattStack.__name__ = "StackingClassifier"


def calibrated(model: Any) -> Any:
    limits = {"a_min": 1e-15, "a_max": 1 - 1e-15}
    calibrator = make_pipeline(
        FunctionTransformer(np.clip, kw_args=limits),
        FunctionTransformer(logit),
        LogisticRegression(C=np.inf),
    )
    return PlattStack([("model", model)], final_estimator=calibrator, cv="prefit")


MODELS = {
    "prepared": prepared(boosted()),
    "platt-on-log-odds": calibrated(prepared(boosted())),
    "platt-on-vote": calibrated(vote(3.0, 2.0, 1.0)),
    "logistic": logistic(),
    "logistic-alone": LogisticRegression(),
    "boosted": boosted(),
    "extra-trees": extra_trees(),
    "deep-trees": ExtraTreesClassifier(3, random_state=0),
    "network": clipped_network(),
    "vote": vote(2.0, 2.0, 1.0),
    "columns": make_pipeline(
        ColumnTransformer(
            [("s", make_pipeline(StandardScaler()), [3, 0])],
            remainder="passthrough",
        ),
        boosted(),
    ),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_scorer_answers_as_the_fitted_one(name: str, tmp_path: Path) -> None:
    rows, labels = sample()
    model = MODELS[name].fit(rows, labels)
    write_scorer(tmp_path / "scorer.npz", model)
    scorer = read_scorer(tmp_path / "scorer.npz")
    extreme = np.vstack([rows, rows * 1e6, -rows * 1e30, np.zeros((1, N_FEATURES))])
    assert (
        check_parity(model, scorer, extreme, threshold=0.3)
        < PROBABILITY_TOLERANCE / 1000
    )


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_one_row_scores_alone_as_in_a_batch(name: str, tmp_path: Path) -> None:
    rows, labels = sample()
    scorer = write_scorer(tmp_path / "scorer.npz", MODELS[name].fit(rows, labels))
    extreme = np.vstack([rows[:100], rows[:20] * 1e6, -rows[:20] * 1e30])
    alone = [scorer.predict_one(tuple(row)) for row in extreme.tolist()]
    np.testing.assert_allclose(alone, scorer.predict(extreme), rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ["boosted", "extra-trees"])
def test_a_row_scores_the_same_alone_and_in_a_batch(name: str) -> None:
    rows, labels = sample()
    forest = forest_of(MODELS[name].fit(rows, labels))
    together = forest.sum_leaves(rows)
    alone = np.concatenate([forest.sum_leaves(row[None]) for row in rows])
    np.testing.assert_allclose(alone, together, rtol=0, atol=1e-14)


def test_margins_are_the_log_odds_below_the_calibration(tmp_path: Path) -> None:
    rows, labels = sample()
    model = calibrated(logistic())
    scorer = write_scorer(tmp_path / "scorer.npz", model.fit(rows, labels))
    inner = model.estimators_[0]
    np.testing.assert_allclose(scorer.margin(rows), inner.decision_function(rows))


def forest_of(model: Any) -> Forest:
    graph, arrays = describe_scorer(model)
    node = graph["probability"]
    while node["op"] != "forest":
        node = node["of"]
    names = ("threshold", "left", "feature", "value", "root", "depth")
    return Forest({name: arrays[node[name]] for name in names})


@pytest.fixture(scope="module")
def compiled_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    library = tmp_path_factory.mktemp("engine") / native.LIBRARY.name
    native.build(library)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "_libraries", native._load(library))
        yield


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
@pytest.mark.usefixtures("compiled_engine")
@pytest.mark.parametrize("n_rows", [1, 2, 7, 8, 9, 63, 64, 400])
@pytest.mark.parametrize("name", ["boosted", "extra-trees", "deep-trees"])
def test_compiled_and_numpy_engines_agree(name: str, n_rows: int) -> None:
    rows, labels = sample()
    forest = forest_of(MODELS[name].fit(rows, labels))
    assert native._libraries
    np.testing.assert_allclose(
        forest.sum_leaves(rows[:n_rows]),
        forest.sum_leaves_in_numpy(rows[:n_rows]),
        rtol=0,
        atol=1e-13,
    )


def test_a_model_without_a_form_is_named() -> None:
    rows, labels = sample()
    with pytest.raises(TrainingError, match="GaussianNB has no form"):
        write_scorer(Path("unused"), GaussianNB().fit(rows, labels))


def test_an_unknown_function_is_refused(tmp_path: Path) -> None:
    rows, labels = sample()
    model = make_pipeline(FunctionTransformer(np.abs), LogisticRegression())
    with pytest.raises(TrainingError, match=r"numpy\.clip"):
        write_scorer(tmp_path / "scorer.npz", model.fit(rows, labels))
    assert not list(tmp_path.iterdir())


def test_categorical_splits_are_refused(tmp_path: Path) -> None:
    rows, labels = sample()
    rows[:, 0] = labels
    model = HistGradientBoostingClassifier(categorical_features=[0]).fit(rows, labels)
    with pytest.raises(TrainingError, match="categorical"):
        write_scorer(tmp_path / "scorer.npz", model)


def test_a_difference_is_refused(tmp_path: Path) -> None:
    rows, labels = sample()
    scorer = write_scorer(tmp_path / "scorer.npz", logistic().fit(rows, labels))
    other = logistic().fit(rows + 0.01, labels)
    with pytest.raises(TrainingError, match="differs from the model by"):
        check_parity(other, scorer, rows)


def test_a_flipped_decision_is_refused(tmp_path: Path) -> None:
    rows, labels = sample()
    model = logistic().fit(rows, labels)
    scorer = write_scorer(tmp_path / "scorer.npz", model)
    honest = scorer.predict
    threshold = float(honest(rows[:1])[0])
    scorer.predict = lambda x: honest(x) - 1e-9
    with pytest.raises(TrainingError, match="decides row 0 otherwise"):
        check_parity(model, scorer, rows, threshold)


def save(path: Path, **arrays: Any) -> None:
    with path.open("wb") as file:
        np.savez(file, **arrays)


class Trap:
    def __reduce__(self) -> Any:
        raise AssertionError("pickled")


@pytest.mark.parametrize("graph", [{}, {"probability": {"op": "exec"}}, [], {"x": 1}])
def test_another_file_is_refused(tmp_path: Path, graph: Any) -> None:
    path = tmp_path / "scorer.npz"
    save(path, graph=np.frombuffer(json.dumps(graph).encode(), np.uint8))
    with pytest.raises(ArtifactError, match=r"scorer\.npz is not a scorer"):
        read_scorer(path)


def test_pickled_arrays_are_never_loaded(tmp_path: Path) -> None:
    path = tmp_path / "scorer.npz"
    save(path, graph=np.array([{"op": "input"}], object))
    with pytest.raises(ArtifactError, match="is not a scorer"):
        read_scorer(path)
