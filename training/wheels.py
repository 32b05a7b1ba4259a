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
    done = subprocess.run(  # noqa: S603 - our own arguments
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-index"),
            *("--no-deps", "--require-hashes", "--disable-pip-version-check"),
            *("--find-links", str(wheels), "--target", target),
            *("--requirement", str(wheels / REQUIREMENTS)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise TrainingError(
            f"The packages beside the code cannot be installed: {last}; start the job "
            "again with 'fraud launch', which sends those of the lock."
        )
    sys.path.insert(0, target)
    # Fits run in processes of their own.
    inherited = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (target, inherited)))
