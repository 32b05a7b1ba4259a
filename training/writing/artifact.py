"""Write the artifact: all of it under its name, or nothing."""

import importlib.metadata
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.pipeline import Pipeline

from artifact import layout
from artifact.columns import Kind
from artifact.decision import ThresholdRule
from artifact.errors import ArtifactError
from artifact.integrity import hash_files
from artifact.manifest import QUANTILE_LEVELS, Feature, Manifest, SelfTest, TrainingData
from artifact.manifest_file import read_manifest, write_manifest
from artifact.publishing import publish_directory, staging_directory
from artifact.table import TableEncoder
from artifact.value_encoders import encoder
from training.data.dataset import Dataset, Floats
from training.errors import TrainingError
from training.experiment import Trained
from training.writing.example import example_transaction, typical_value
from training.writing.parity import check_parity
from training.writing.scorer import write_scorer
from training.writing.served_code import copy_served_code

#: In a clone and in the training job's code channel alike.
PROJECT_DIR = Path(__file__).resolve().parents[2]
LIBRARIES = ("scikit-learn", "numpy", "scipy", "joblib", "pyarrow")
#: A mounted directory may keep one of them from an artifact that was there before.
_OWN_FILES = {
    layout.MANIFEST,
    layout.MODEL,
    layout.SCORER,
    layout.METRICS,
    layout.CONFIG,
    layout.REPORT,
    layout.MODEL_CARD,
    layout.EXAMPLE,
}


@contextmanager
def artifact_directory(model_dir: Path) -> Iterator[Path]:
    """Yield a temporary directory that becomes `model_dir` when all went well.

    An artifact that is there already is replaced; anything else is never touched.

    Raises
    ------
    TrainingError
        If `model_dir` holds other files or cannot be written, before anything is.
    """
    with _directory_beside(model_dir) as temporary:
        staged = temporary / "artifact"
        staged.mkdir()
        yield staged
        # Something may have been put there during the training.
        _refuse_other_files(model_dir)
        _publish(staged, model_dir)


@contextmanager
def _directory_beside(model_dir: Path) -> Iterator[Path]:
    """Yield a temporary directory on the file system of `model_dir`."""
    try:
        _refuse_other_files(model_dir)
        model_dir.parent.mkdir(parents=True, exist_ok=True)
        stack = ExitStack()
        temporary = stack.enter_context(staging_directory(model_dir))
    except OSError as error:
        raise _not_writable(model_dir, error.strerror) from None
    with stack:
        if model_dir.exists() and not os.access(model_dir, os.W_OK | os.X_OK):
            raise _not_writable(model_dir, "Permission denied")
        yield temporary


def _not_writable(model_dir: Path, reason: str | None) -> TrainingError:
    return TrainingError(
        f"--model-dir: {model_dir} cannot be written ({reason}); name a directory "
        "that can."
    )


def write_artifact(
    directory: Path,
    *,
    model: Trained,
    train: Dataset,
    data: TrainingData,
    metrics: Mapping[str, Any],
    config: Mapping[str, Any],
    documents: Mapping[str, str],
    rows: Sequence[Floats],
    history: Mapping[str, Any] | None = None,
) -> str:
    """Write every file of the artifact and return the manifest's SHA-256.

    `documents` are texts for people, by file name: the report and the model card.
    `rows` are those on which the scorer must answer as the model does. `history` is
    the manifest's section of that name.
    """
    joblib.dump(_for_tables(model.classifier, train), directory / layout.MODEL)
    scorer = write_scorer(
        directory / layout.SCORER, model.classifier, with_gaps=not train.is_plain
    )
    rule = model.rule
    threshold = rule.threshold if isinstance(rule, ThresholdRule) else None
    for part in rows:
        check_parity(model.classifier, scorer, part, threshold)
    for name, text in documents.items():
        _write(directory / name, text)
    _write(directory / layout.METRICS, layout.to_json(metrics))
    _write(directory / layout.CONFIG, layout.to_json(config))
    copy_served_code(PROJECT_DIR, directory)
    features = tuple(_describe_features(train))
    row = {
        column.name: typical_value(column, feature.quantiles[0.5])
        for column, feature in zip(train.inputs, features, strict=True)
    }
    entities = history["entities"] if history else ()
    _write(
        directory / layout.EXAMPLE,
        layout.to_json(example_transaction(train.table or train.inputs, row, entities)),
    )
    encoded = [encoder(column)(row[column.name]) for column in train.inputs]
    probability = model.classifier.predict_proba(np.array([encoded]))[0, 1]
    return write_manifest(
        directory,
        Manifest(
            files=hash_files(directory),
            features=features,
            label=train.columns.label,
            versions={
                "python": platform.python_version(),
                **{name: importlib.metadata.version(name) for name in LIBRARIES},
            },
            training_data=data,
            self_test=SelfTest(row, float(probability)),
            columns=train.table,
            history=history,
        ),
    )


def _for_tables(classifier: Any, train: Dataset) -> Any:  # noqa: ANN401 - any classifier
    """Let the pickled model take the table as its owner has it.

    A table of nothing but numbers is taken by scikit-learn itself.
    """
    if train.is_plain:
        return classifier
    return Pipeline([("table", TableEncoder(train.inputs)), ("classify", classifier)])


def _describe_features(train: Dataset) -> Iterator[Feature]:
    """Name each feature with the quantiles of its values in the population."""
    for position, column in enumerate(train.inputs):
        values, weights = train.features[:, position], train.weights
        known = ~np.isnan(values)
        if column.kind is Kind.CATEGORY:  # "other" is outside what training knows
            known &= values < max(1, len(column.categories))
        if not known.all():
            values, weights = (
                values[known],
                None if weights is None else weights[known],
            )
        if not len(values):
            yield Feature(column.name, "float64", dict.fromkeys(QUANTILE_LEVELS, 0.0))
            continue
        quantiles = np.quantile(
            values, QUANTILE_LEVELS, weights=weights, method="inverted_cdf"
        )
        levels = zip(QUANTILE_LEVELS, quantiles.tolist(), strict=True)
        yield Feature(column.name, "float64", dict(levels))


def _refuse_other_files(model_dir: Path) -> None:
    """Refuse what training did not write, because replacing deletes it."""
    if not model_dir.exists():
        return
    if not model_dir.is_dir():
        raise TrainingError(
            f"--model-dir: {model_dir} is a file, expected a directory; name an empty "
            "or a new one."
        )
    present = _all_but_caches(model_dir)
    others = sorted(present - _written_by_training(model_dir)) if present else []
    if others:
        raise TrainingError(
            f"--model-dir: {model_dir} holds {others[0]!r}, which is not part of an "
            "artifact of this project and would be deleted; name an empty or a new "
            "directory."
        )


def _all_but_caches(directory: Path) -> set[str]:
    """Relative paths of all but directories: links and devices too."""
    return {
        path.relative_to(directory).as_posix()
        for path in directory.rglob("*")
        if (path.is_symlink() or not path.is_dir())
        and "__pycache__" not in path.relative_to(directory).parts
    }


def _written_by_training(model_dir: Path) -> set[str]:
    try:
        return {*read_manifest(model_dir).files, *_OWN_FILES}
    except ArtifactError:
        return set()


def _publish(staged: Path, model_dir: Path) -> None:
    """Put the artifact in its place, by renaming where the file system lets us."""
    try:
        publish_directory(staged, model_dir)
    except OSError:
        # SageMaker mounts its model directory, which therefore cannot be renamed.
        # The manifest goes last: without it the rest is no artifact.
        for name in sorted(layout.list_files(staged), key=layout.MANIFEST.__eq__):
            (model_dir / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(staged / name, model_dir / name)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
