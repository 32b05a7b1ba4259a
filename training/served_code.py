"""Carry the serving code into the artifact, without importing it.

``code/inference.py`` is what AWS's image runs; beside it go the modules it imports
from the project's packages, found by reading the imports, and no others.
"""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

from artifact import layout

ENTRY = "serving/inference.py"
PACKAGES = ("serving", "artifact")


def copy_served_code(project_dir: Path, directory: Path) -> None:
    """Copy the entry point and all it imports to ``code/`` below `directory`.

    `project_dir` is the folder that holds ``serving/`` and ``artifact/``: a clone's
    root, or the code channel of a training job.
    """
    code = directory / layout.CODE
    for source in sorted(served_files(project_dir)):
        target = code / source.relative_to(project_dir)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    shutil.move(code / ENTRY, directory / layout.INFERENCE)


def served_files(project_dir: Path) -> set[Path]:
    """Return the entry point and the project's modules that it needs."""
    found: set[Path] = set()
    waiting = {project_dir / ENTRY}
    while waiting:
        path = waiting.pop()
        found.add(path)
        waiting |= set(_imports(project_dir, path)) - found
    return found


def _imports(project_dir: Path, path: Path) -> Iterator[Path]:
    """Paths of the project's modules that a module imports, packages included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        for name in names:
            parts = name.split(".")
            if parts[0] not in PACKAGES:
                continue
            for depth in range(1, len(parts) + 1):
                base = project_dir.joinpath(*parts[:depth])
                for candidate in (base / "__init__.py", base.with_suffix(".py")):
                    if candidate.is_file():
                        yield candidate
