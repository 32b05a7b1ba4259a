"""A job gets what AWS's image lacks: the lock's wheels, checked, without a network."""

import base64
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from training import wheels
from training.errors import TrainingError
from training.launch.wheels import LOCKED, locked_requirements
from training.writing.artifact import PROJECT_DIR


def test_the_requirements_are_the_locks() -> None:
    options = ["--only-group", "job", "--prune", "numpy", "--prune", "scipy"]
    exported = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "export", "--frozen", "--quiet", *options),
            *("--no-emit-workspace", "--no-header"),
        ],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert exported.stdout == LOCKED.read_text()


def test_the_job_gets_the_entry_of_the_images_python_whatever_machine_launches() -> (
    None
):
    chosen = locked_requirements(LOCKED.read_text())
    assert chosen.count("xgboost-cpu==") == 1
    assert ";" not in chosen
    assert chosen.count("--hash=sha256:") >= 1


def _digest(text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256={digest.rstrip(b'=').decode()}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Code with a wheel beside it, as a job sees it."""
    folder = tmp_path / "code" / wheels.FOLDER
    folder.mkdir(parents=True)
    name = "brought-1.0-py3-none-any.whl"
    about = "brought-1.0.dist-info"
    files = {
        "brought.py": "VALUE = 7\n",
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: brought\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    record = "".join(f"{path},{_digest(text)},\n" for path, text in files.items())
    with zipfile.ZipFile(folder / name, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{about}/RECORD", record)
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / wheels.REQUIREMENTS).write_text(f"brought==1.0 --hash=sha256:{digest}\n")
    return tmp_path / "code"


@pytest.fixture
def without_xgboost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "find_spec", lambda _: None)
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.setenv("PYTHONPATH", "/before")


def imported(name: str) -> str:
    code = f"import {name}; print({name}.VALUE)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.usefixtures("without_xgboost")
def test_the_wheels_are_there_for_the_job_and_its_processes(project: Path) -> None:
    wheels.use_wheels(project)
    assert imported("brought") == "7"


@pytest.mark.usefixtures("without_xgboost")
def test_a_changed_wheel_is_refused_in_a_sentence(project: Path) -> None:
    (wheel,) = (project / wheels.FOLDER).glob("*.whl")
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("extra.py", "")
    with pytest.raises(TrainingError, match="cannot be installed"):
        wheels.use_wheels(project)


def test_code_without_wheels_trains_as_it_is(tmp_path: Path) -> None:
    before = sys.path.copy()
    wheels.use_wheels(tmp_path)
    assert sys.path == before
