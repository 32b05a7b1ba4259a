"""Environments for servers whose requirements do not go with the project's own."""

import importlib.metadata
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / ".benchmarks"
#: A model is unpickled by the libraries that pickled it.
_SHARED = ("scikit-learn", "numpy", "scipy", "joblib")


@cache
def python_with(*requirements: str) -> Path | None:
    """Return the interpreter of an environment that has these; None if impossible.

    It is made by uv when it is first asked for, and kept.
    """
    uv = shutil.which("uv") or shutil.which("uv", path=Path(sys.executable).parent)
    if uv is None:
        return None
    name = requirements[0].partition("=")[0]
    folder = FOLDER / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    python, complete = folder / "bin" / "python", folder / "complete"
    if complete.exists():
        return python
    print(f"Installing {', '.join(requirements)}", flush=True)
    shared = [f"{name}=={importlib.metadata.version(name)}" for name in _SHARED]
    for command in (
        ["venv", "--clear", "--python", sys.executable, str(folder)],
        ["pip", "install", "--python", str(python), *requirements, *shared],
    ):
        if subprocess.run([uv, "--quiet", *command], check=False).returncode:
            return None
    complete.touch()
    return python
