"""How exactly ``scorer.npz`` answers as the fitted model, on every row of a file.

    python -m benchmarks.parity --data creditcard.parquet --model-dir out

Batches by the compiled engine and by numpy, and single rows; training itself refuses
an artifact that differs by more than `artifact.manifest.PROBABILITY_TOLERANCE`.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

from artifact import layout
from artifact.decision import ThresholdRule, read_decision_rule
from artifact.errors import ArtifactError
from artifact.integrity import verify
from artifact.manifest_file import read_manifest
from artifact.scoring import native
from artifact.scoring.scorer import read_scorer
from training.errors import TrainingError
from training.writing.parity import check_parity


def main() -> int:
    """Compare and print; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parity")
    parser.add_argument("--data", type=Path, required=True, help="a Parquet file")
    parser.add_argument("--model-dir", type=Path, required=True)
    options = parser.parse_args()
    directory = options.model_dir
    try:
        manifest = read_manifest(directory)
        verify(directory, manifest)
        rows = pd.read_parquet(options.data)[list(manifest.feature_names)].to_numpy(
            np.float64
        )
        model = joblib.load(directory / layout.MODEL)
        rule = read_decision_rule(directory)
        threshold = rule.threshold if isinstance(rule, ThresholdRule) else None
        compiled = read_scorer(directory / layout.SCORER)
        with _without_engine():
            plain = read_scorer(directory / layout.SCORER)
        print(f"{len(rows):,} rows; largest difference in probability")
        for name, scorer in (("compiled", compiled), ("numpy", plain)):
            worst = check_parity(model, scorer, rows, threshold)
            print(f"{name:12} {worst:.1e}", flush=True)
    except (ArtifactError, TrainingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    wanted = compiled.predict(rows)
    singles = np.fromiter(map(compiled.predict_one, map(tuple, rows.tolist())), float)
    print(f"{'single rows':12} {np.abs(singles - wanted).max():.1e}")
    return 0


@contextmanager
def _without_engine() -> Iterator[None]:
    """Build models as where no C compiler was."""
    libraries, native._libraries = native._libraries, ()  # noqa: SLF001 - its switch
    try:
        yield
    finally:
        native._libraries = libraries  # noqa: SLF001


if __name__ == "__main__":
    sys.exit(main())
