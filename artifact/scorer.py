"""Load an artifact that has been verified, and score transactions with it."""

import importlib.metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from artifact import layout
from artifact.errors import ArtifactError
from artifact.manifest import Manifest, read_manifest, verify

#: Largest difference in probability that other builds of the same libraries may
#: cause in the self-test; a wrong model or column order is far outside it.
SELF_TEST_TOLERANCE = 1e-6

Array = npt.NDArray[np.float64]


class Scorer:
    """A fitted model with the manifest that describes it."""

    def __init__(self, manifest: Manifest, model: Any) -> None:  # noqa: ANN401 - any scikit-learn classifier
        self.manifest = manifest
        self._model = model

    def predict(self, rows: Array) -> Array:
        """Fraud probabilities.

        Parameters
        ----------
        rows : float64 array of shape (n_rows, n_features)
            Columns in the order of ``manifest.feature_names``.

        Returns
        -------
        float64 array of shape (n_rows,)
        """
        probabilities: Array = self._model.predict_proba(rows)[:, 1]
        return probabilities


def load_scorer(model_dir: Path | str, expected_manifest_sha256: str = "") -> Scorer:
    """Verify the artifact, load its model and prove it on the self-test row.

    Nothing is unpickled before the manifest, every file's SHA-256 and the
    scikit-learn version have been checked.

    Raises
    ------
    ArtifactError
        If anything about the artifact is not as its manifest says.
    """
    directory = Path(model_dir)
    manifest = read_manifest(directory, expected_manifest_sha256)
    verify(directory, manifest)
    _check_scikit_learn(manifest)
    scorer = Scorer(manifest, _unpickle(directory / layout.MODEL))
    _run_self_test(scorer)
    return scorer


def _check_scikit_learn(manifest: Manifest) -> None:
    """Refuse another scikit-learn than the one that pickled the model.

    scikit-learn does not support it: the load may fail, or silently predict
    something else. A refusal is seen at deployment, where the old endpoint keeps
    serving; a wrong probability would not be seen at all.
    """
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


def _run_self_test(scorer: Scorer) -> None:
    test = scorer.manifest.self_test
    row = np.array([[test.row[name] for name in scorer.manifest.feature_names]])
    got = float(scorer.predict(row)[0])
    if not abs(got - test.fraud_probability) <= SELF_TEST_TOLERANCE:
        raise ArtifactError(
            f"The self-test row scored {got!r}, training recorded "
            f"{test.fraud_probability!r}; serve the model with the library versions "
            "that its manifest names."
        )
