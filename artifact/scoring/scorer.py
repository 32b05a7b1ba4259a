"""Load an artifact that has been verified, and score transactions with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from artifact import layout
from artifact.errors import ArtifactError
from artifact.manifest import Manifest, read_manifest, verify
from artifact.scoring.exported import read_exported
from artifact.scoring.steps import margin_of
from artifact.values import WrongKindError, encoder

#: Largest difference in probability that other builds of the same libraries may
#: cause in the self-test; a wrong model or column order is far outside it.
SELF_TEST_TOLERANCE = 1e-6

Array = npt.NDArray[np.float64]
Score = Callable[[Array], Array]
ScoreOne = Callable[[tuple[float, ...]], float]


class Scorer:
    """A fitted model with the manifest that describes it.

    Attributes
    ----------
    predict : callable
        Float64 rows of shape (n_rows, n_features), columns in the order of
        ``manifest.feature_names`` → fraud probabilities of shape (n_rows,).
    predict_one : callable
        The values of one row, in a tuple → its fraud probability.
    margin : callable
        The same rows as `predict` → log-odds before calibration, of shape (n_rows,).
    """

    def __init__(
        self, manifest: Manifest, predict: Score, predict_one: ScoreOne, margin: Score
    ) -> None:
        self.manifest = manifest
        self.predict = predict
        self.predict_one = predict_one
        self.margin = margin


def load_scorer(model_dir: Path | str, expected_manifest_sha256: str = "") -> Scorer:
    """Verify the artifact, load its model and prove it on the self-test row.

    ``scorer.npz`` is used where the artifact has one: it needs no scikit-learn.
    Nothing is unpickled otherwise before the manifest, every file's SHA-256 and the
    scikit-learn version have been checked.

    Raises
    ------
    ArtifactError
        If anything about the artifact is not as its manifest says.
    """
    directory = Path(model_dir)
    manifest = read_manifest(directory, expected_manifest_sha256)
    verify(directory, manifest)
    if layout.SCORER in manifest.files:
        exported = read_exported(directory / layout.SCORER)
        scorer = Scorer(
            manifest, exported.predict, exported.predict_one, exported.margin
        )
    else:
        _check_scikit_learn(manifest)
        scorer = _fitted_scorer(manifest, _unpickle(directory / layout.MODEL))
    run_self_test(scorer)
    return scorer


def _fitted_scorer(manifest: Manifest, model: Any) -> Scorer:  # noqa: ANN401 - any scikit-learn classifier
    def predict(rows: Array) -> Array:
        probabilities: Array = model.predict_proba(rows)[:, 1]
        return probabilities

    return Scorer(
        manifest,
        predict,
        lambda values: float(predict(np.array((values,)))[0]),
        lambda rows: margin_of(predict(rows)),
    )


def _check_scikit_learn(manifest: Manifest) -> None:
    """Refuse another scikit-learn than the one that pickled the model.

    scikit-learn does not support it: the load may fail, or silently predict
    something else. A refusal is seen at deployment, where the old endpoint keeps
    serving; a wrong probability would not be seen at all.
    """
    import importlib.metadata  # noqa: PLC0415 - what scorer.npz does without

    trained_with = manifest.versions.get("scikit-learn", "")
    try:
        installed = importlib.metadata.version("scikit-learn")
    except importlib.metadata.PackageNotFoundError:
        installed = "none"
    if installed != trained_with:
        raise ArtifactError(
            f"The model was trained with scikit-learn {trained_with}, this server has "
            f"{installed}; serve it in the image of that version or train again here."
        )


def _unpickle(path: Path) -> Any:  # noqa: ANN401 - any scikit-learn classifier
    import joblib  # noqa: PLC0415 - only after the hashes have been verified

    try:
        model = joblib.load(path)
    except Exception as error:
        raise ArtifactError(
            f"{path.name} could not be loaded ({type(error).__name__}: {error}); "
            "train again with the libraries of this server."
        ) from error
    if not hasattr(model, "predict_proba"):
        raise ArtifactError(
            f"{path.name} holds {type(model).__name__}, which has no predict_proba; "
            "train a classifier."
        )
    return model


def run_self_test(scorer: Scorer) -> None:
    """Score the manifest's self-test row and compare with what training recorded.

    Raises
    ------
    ArtifactError
        If they differ by more than `SELF_TEST_TOLERANCE`.
    """
    manifest = scorer.manifest
    test = manifest.self_test
    try:
        row = [encoder(column)(test.row[column.name]) for column in manifest.inputs]
    except WrongKindError as error:
        raise ArtifactError(
            f"{layout.MANIFEST}: self_test.row: {error}; train again."
        ) from None
    got = float(scorer.predict(np.array([row]))[0])
    if not abs(got - test.fraud_probability) <= SELF_TEST_TOLERANCE:
        raise ArtifactError(
            f"The self-test row scored {got!r}, training recorded "
            f"{test.fraud_probability!r}; serve the model with the library versions "
            "that its manifest names."
        )
