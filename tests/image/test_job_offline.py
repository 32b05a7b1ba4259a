"""A job whose image lacks XGBoost trains it from what was sent, without any network.

Its Python and packages are the image's, from the lock; the code and the wheels are what
`fraud launch` uploads. Needs the network to lay all that out, and Python 3.12.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from artifact.loading import load_artifact
from training.container import FIRST_LOG_LINE
from training.launch.job import stage_code
from training.launch.wheels import PYTHON, fetch_wheels
from training.wheels import FOLDER
from training.writing.artifact import PROJECT_DIR

#: Nobody listens there.
CLOSED = "http://127.0.0.1:9/"
#: Of the project's packages, those that the image has not.
NOT_IN_THE_IMAGE = ("sagemaker", "aws-cdk-lib", "constructs", "boto3", "pydantic")
OPTIONS = {"model": "xgboost", "xgboost-iterations": "5", "calibration": "none"}


def pythons() -> Iterator[str]:
    """Interpreters that may be of the image's version."""
    yield sys.executable
    if found := shutil.which(f"python{PYTHON}"):
        yield found
    versions = Path("~/.pyenv/versions").expanduser()
    yield from map(str, versions.glob(f"{PYTHON}.*/bin/python"))


def is_the_images(python: str) -> bool:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() == PYTHON


@pytest.fixture(scope="module")
def image_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment with the image's packages alone."""
    base = next(filter(is_the_images, pythons()), None)
    if base is None:
        pytest.skip(f"Python {PYTHON}, the image's, is not on this machine")
    directory = tmp_path_factory.mktemp("image")
    python = directory / "bin" / "python"
    subprocess.run([base, "-m", "venv", directory], check=True)
    pruned = [word for name in NOT_IN_THE_IMAGE for word in ("--prune", name)]
    exported = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "export", "--frozen", "--quiet"),
            *("--no-default-groups", "--no-emit-workspace", "--no-header", *pruned),
        ],
        cwd=PROJECT_DIR,
        capture_output=True,
        check=True,
    )
    requirements = directory / "requirements.txt"
    requirements.write_bytes(exported.stdout)
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet"),
            *("--python", python, "--require-hashes", "-r", requirements),
        ],
        check=True,
    )
    return python


def run(python: Path, *arguments: str, **variables: str) -> str:
    """Run Python where no package index can be reached."""
    done = subprocess.run(
        [python, *arguments],
        env={
            "PATH": os.defpath,
            "HOME": str(python.parent),
            **dict.fromkeys(("PIP_INDEX_URL", "HTTP_PROXY", "HTTPS_PROXY"), CLOSED),
            **variables,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def test_the_job_trains_what_its_image_lacks(
    image_python: Path, tmp_path: Path
) -> None:
    assert "No module named 'xgboost'" in run(image_python, "-c", "import xgboost")
    code, channel, model_dir = (tmp_path / name for name in ("code", "data", "model"))
    code.mkdir()
    stage_code(code, OPTIONS)
    fetch_wheels(code / FOLDER)
    channel.mkdir()
    sample = PROJECT_DIR / "data" / "creditcard-sample.csv.gz"
    shutil.copyfile(sample, channel / sample.name)

    said = run(
        image_python,
        str(code / "training" / "train.py"),
        SM_CHANNEL_TRAINING=str(channel),
        SM_MODEL_DIR=str(model_dir),
        SM_OUTPUT_DATA_DIR=str(tmp_path / "output"),
    )

    assert said.startswith(FIRST_LOG_LINE), said
    assert model_dir.is_dir(), said
    load_artifact(model_dir)
    metrics = json.loads((model_dir / "metrics.json").read_text())
    assert metrics["model"]["name"] == "xgboost"


def test_a_wheel_that_is_not_the_locks_ends_the_job(
    image_python: Path, tmp_path: Path
) -> None:
    stage_code(tmp_path, OPTIONS)
    fetch_wheels(tmp_path / FOLDER)
    (wheel,) = (tmp_path / FOLDER).glob("*.whl")
    with wheel.open("ab") as file:
        file.write(b"changed")
    said = run(
        image_python,
        str(tmp_path / "training" / "train.py"),
        SM_CHANNEL_TRAINING=str(tmp_path),
        SM_MODEL_DIR=str(tmp_path / "model"),
    )
    assert "error: The packages beside the code cannot be installed" in said
