"""Carry the serving code into the artifact, without importing it.

``code/inference.py`` is what AWS's image runs; beside it go the packages it needs.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from artifact import layout

ENTRY = "serving/inference.py"
PACKAGES = ("artifact", "serving")
# The project's own server stays out: in AWS's image gunicorn is the server. Histories
# are read where the caller is.
LEFT_OUT = ("serving/server", "serving/__main__.py", "artifact/history")


def copy_served_code(project_dir: Path, directory: Path) -> None:
    """Copy the packages that serve to ``code/`` below `directory`.

    `project_dir` is the folder that holds ``serving/`` and ``artifact/``: a clone's
    root, or the code channel of a training job.
    """
    code = directory / layout.CODE
    for source in served_files(project_dir):
        target = code / source.relative_to(project_dir)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    shutil.move(code / ENTRY, directory / layout.INFERENCE)


def served_files(project_dir: Path) -> Iterator[Path]:
    """Yield the modules of both packages, in order."""
    for package in PACKAGES:
        for path in sorted((project_dir / package).rglob("*.py")):
            if not path.relative_to(project_dir).as_posix().startswith(LEFT_OUT):
                yield path
