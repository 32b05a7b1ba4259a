"""Trees grown so far, kept where SageMaker copies them to S3 and back.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.distributed.group import Group

_DEFAULT_DIR = Path("/opt/ml/checkpoints")


@dataclass(frozen=True)
class Checkpoints:
    """The models of one run, one for each fit, by name.

    `fingerprint` is of everything that decides what the trees are: a checkpoint of
    another run is not gone on with.
    """

    directory: Path | None
    fingerprint: str

    def load(self, group: Group, name: str) -> bytes | None:
        """Return the last checkpoint of a fit, the first host's on all hosts."""
        found = b""
        path = self._path(name)
        if group.is_first and path is not None and path.is_file():
            found = path.read_bytes()
        return group.from_first(found) or None

    def save(self, name: str, model: bytes) -> None:
        """Keep a model in place of the fit's last one; the first host does."""
        path = self._path(name)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.partial")
        temporary.write_bytes(model)
        temporary.replace(path)

    def _path(self, name: str) -> Path | None:
        if self.directory is None:
            return None
        plain = re.sub(r"[^a-z0-9-]", "-", name)
        return self.directory / f"{plain}-{self.fingerprint[:16]}.ubj"


def fingerprint_of(**facts: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    """Return a hash of everything that is given."""
    text = json.dumps(facts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def checkpoints_dir(environment: Mapping[str, str]) -> Path | None:
    """Where SageMaker looks for checkpoints; None where the job keeps none."""
    output = environment.get("SM_OUTPUT_DIR")
    directory = Path(output).parent / "checkpoints" if output else _DEFAULT_DIR
    return directory if directory.is_dir() and os.access(directory, os.W_OK) else None
