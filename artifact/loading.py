"""Load an artifact to score with: verified, parsed and tested."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from artifact import layout
from artifact.decision import DecisionRule, read_decision_rule
from artifact.errors import ArtifactError
from artifact.integrity import verify
from artifact.manifest import PROBABILITY_TOLERANCE, Manifest
from artifact.manifest_file import read_manifest
from artifact.scoring.scorer import Scorer, read_scorer
from artifact.value_encoders import encoder
from artifact.value_kinds import WrongKindError


@dataclass(frozen=True)
class Artifact:
    """What serving needs of an artifact."""

    manifest: Manifest
    decision_rule: DecisionRule
    #: Takes columns in the order of ``manifest.feature_names``.
    scorer: Scorer


def load_artifact(
    model_dir: Path | str, expected_manifest_sha256: str = ""
) -> Artifact:
    """Verify the artifact, load its scorer and prove it on the self-test row.

    Raises
    ------
    ArtifactError
        If anything about the artifact is not as its manifest says.
    """
    directory = Path(model_dir)
    manifest = read_manifest(directory, expected_manifest_sha256)
    verify(directory, manifest)
    artifact = Artifact(
        manifest,
        read_decision_rule(directory),
        read_scorer(directory / layout.SCORER),
    )
    _try(artifact)
    run_self_test(artifact)
    return artifact


def _try(artifact: Artifact) -> None:
    """Score two rows in each way: arrays that do not fit each other fail here.

    Raises
    ------
    ArtifactError
        If a way fails, or does not answer with one number a row.
    """
    features = artifact.manifest.features
    typical = [feature.quantiles[0.5] for feature in features]
    rows, scorer = np.array([typical, typical]), artifact.scorer
    try:
        with np.errstate(all="ignore"):
            shapes = {scorer.predict(rows).shape, scorer.margin(rows).shape}
            scorer.predict_one(tuple(typical))
    except Exception as error:
        raise ArtifactError(
            f"{layout.SCORER} cannot score the features that {layout.MANIFEST} names "
            f"({type(error).__name__}); train again."
        ) from error
    if shapes != {(len(rows),)}:
        raise ArtifactError(
            f"{layout.SCORER} gives more or less than one number a row; train again."
        )


def run_self_test(artifact: Artifact) -> None:
    """Score the manifest's self-test row and compare with what training recorded.

    Raises
    ------
    ArtifactError
        If they differ by more than `PROBABILITY_TOLERANCE`.
    """
    manifest = artifact.manifest
    test = manifest.self_test
    try:
        row = [encoder(column)(test.row[column.name]) for column in manifest.inputs]
    except WrongKindError as error:
        raise ArtifactError(
            f"{layout.MANIFEST}: self_test.row: {error}; train again."
        ) from None
    got = float(artifact.scorer.predict(np.array([row]))[0])
    if not abs(got - test.fraud_probability) <= PROBABILITY_TOLERANCE:
        raise ArtifactError(
            f"The self-test row scored {got!r}, training recorded "
            f"{test.fraud_probability!r}; serve the model with the library versions "
            "that its manifest names."
        )
