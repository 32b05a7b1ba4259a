"""Fetch the wheels that a job needs and AWS's image lacks, as locked.

They are those of the job's platform, whatever machine launches: Linux on x86-64 with
the image's Python. ``training/requirements-job.txt`` is exported from ``uv.lock``.
"""

import re
from pathlib import Path

from operations.account.errors import OperationError
from training.wheels import REQUIREMENTS, pip

LOCKED = Path(__file__).resolve().parents[1] / "requirements-job.txt"
#: The image's Python and the oldest C library of its kind.
PYTHON = "3.12"
PLATFORM = "manylinux_2_28_x86_64"
#: Models that need them.
MODELS = frozenset({"xgboost"})


def locked_requirements(text: str) -> str:
    """Return the lock's entries for the image's Python, without their markers."""
    entries = re.split(r"\n(?=\S)", text.strip())
    chosen = [entry for entry in entries if f">= '{PYTHON}'" in entry]
    return "\n".join(re.sub(r" ; [^\\\n]*", " ", entry) for entry in chosen) + "\n"


def fetch_wheels(folder: Path) -> None:
    """Download the wheels into a new folder, hashes checked, with their requirements.

    Raises
    ------
    OperationError
        If the package index cannot be reached or has other files.
    """
    folder.mkdir()
    requirements = folder / REQUIREMENTS
    requirements.write_text(
        locked_requirements(LOCKED.read_text(encoding="utf-8")), encoding="utf-8"
    )
    failure = pip(
        *("download", "--only-binary", ":all:"),
        *("--platform", PLATFORM, "--python-version", PYTHON),
        *("--dest", str(folder), "--requirement", str(requirements)),
    )
    if failure:
        raise OperationError(
            f"The packages that the job needs cannot be downloaded: {failure}; check "
            "the network, or train another model."
        )
