"""Names of the files in the artifact, their hashes, and how its JSON is written."""

import hashlib
import json
from pathlib import Path
from typing import Any

MODEL = "model.joblib"
SCORER = "scorer.npz"
METRICS = "metrics.json"
CONFIG = "config.json"
MANIFEST = "manifest.json"
#: For people; serving does not read them.
REPORT = "report.html"
MODEL_CARD = "model_card.md"
#: A typical transaction in the caller's own columns, to ask the endpoint about.
EXAMPLE = "example.json"
CODE = "code"
INFERENCE = "code/inference.py"
ARCHIVE = "model.tar.gz"

#: Without these there is nothing to serve.
REQUIRED_FILES = (MODEL, SCORER, METRICS, CONFIG, INFERENCE)

_CHUNK_BYTES = 1 << 20


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 lower-case hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def list_files(directory: Path) -> list[str]:
    """Paths of all files below a directory, relative, with ``/``, sorted.

    Python's byte-code caches are left out: they come and go with every run.
    """
    return sorted(
        path.relative_to(directory).as_posix()
        for path in directory.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def to_json(value: Any) -> str:  # noqa: ANN401 - JSON is any value
    """JSON as every file of the artifact writes it: indented, NaN refused."""
    return json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
