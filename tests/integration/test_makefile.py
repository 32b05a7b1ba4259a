"""``make PYTHON=… setup``: another interpreter replaces .venv's or is refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT_DIR = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone that was set up with an interpreter called CPython 3.12.0."""
    for name in (
        "Makefile",
        "uv.lock",
        "pyproject.toml",
        "requirements-uv.txt",
        "package-lock.json",
    ):
        shutil.copy(PROJECT_DIR / name, tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    interpreter(tmp_path / ".venv" / "bin" / "python", "CPython 3.12.0 /opt/old")
    (tmp_path / ".venv" / ".ready").touch()
    return tmp_path


def interpreter(path: Path, description: str) -> Path:
    path.write_text(f"#!/bin/sh\necho {description}\n")
    path.chmod(0o755)
    return path


def plan(clone: Path, *variables: str) -> subprocess.CompletedProcess[str]:
    """What ``make setup`` would run."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHON", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    }
    return subprocess.run(
        ["make", "-n", *variables, "setup"],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_another_interpreter_replaces_the_one_of_a_prepared_clone(clone: Path) -> None:
    planned = plan(clone, f"PYTHON={sys.executable}").stdout
    assert "in place of CPython 3.12.0 /opt/old" in planned
    assert "rm -rf .venv" in planned
    assert f"{sys.executable} -m venv .venv" in planned


@pytest.mark.parametrize("named", [True, False])
def test_the_same_interpreter_or_none_keeps_what_is_there(
    clone: Path, named: bool
) -> None:
    same = interpreter(clone / "same", "CPython 3.12.0 /opt/old")
    planned = plan(clone, *([f"PYTHON={same}"] if named else [])).stdout
    assert "venv .venv" not in planned
    assert "rm -rf .venv" not in planned


@pytest.mark.parametrize(
    "description",
    ["CPython 3.10.13 /usr", "CPython 3.14.0 /usr", "PyPy 3.11.9 /opt", ""],
)
def test_an_unsuitable_interpreter_is_refused_by_name(
    clone: Path, description: str
) -> None:
    asked = interpreter(clone / "asked", description)
    refused = plan(clone, f"PYTHON={asked}")
    assert refused.returncode != 0
    said = f"is {description}" if description else "does not run Python"
    assert f"PYTHON={asked} {said}: CPython 3.11, 3.12 or 3.13" in refused.stderr
