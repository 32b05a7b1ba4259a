"""Packages that a training job brought along, because AWS's image lacks them.

The job has no network, so `fraud launch` puts the locked wheels beside the code
(training/launch/wheels.py); they are installed from there, their hashes checked.
"""

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from training.errors import TrainingError

FOLDER = "wheels"
REQUIREMENTS = "requirements.txt"


def use_wheels(project_dir: Path) -> None:
    """Install what lies in ``wheels/`` of the code, for this process and its children.

    Without such a folder, or where the packages are installed, nothing happens.

    Raises
    ------
    TrainingError
        If pip refuses them.
    """
    wheels = project_dir / FOLDER
    if not wheels.is_dir() or find_spec("xgboost") is not None:
        return
    target = tempfile.mkdtemp(prefix="wheels-")
    failure = pip(
        *("install", "--no-index", "--find-links", str(wheels), "--target", target),
        *("--requirement", str(wheels / REQUIREMENTS)),
    )
    if failure:
        raise TrainingError(
            f"The packages beside the code cannot be installed: {failure}; start the "
            "job again with 'fraud launch', which sends those of the lock."
        )
    sys.path.insert(0, target)
    # Fits run in processes of their own.
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (target, inherited)))


def pip(*arguments: str) -> str:
    """Run pip on locked packages, their hashes checked; return why it failed, or ""."""
    command = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    done = subprocess.run(  # noqa: S603 - our own arguments
        [*command, *arguments, "--no-deps", "--require-hashes"],
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.returncode:
        return ""
    return (done.stderr.strip().splitlines() or ["no reason given"])[-1]
