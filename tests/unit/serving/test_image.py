"""The image: exactly the files and packages that the server needs, as locked."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.serving.image_files import ROOT, copied_files

DOCKERFILE = (ROOT / "serving" / "Dockerfile").read_text()


def project_imports(path: Path) -> set[Path]:
    """Files of the project that a module imports."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        for name in names:
            file = Path(*name.split(".")).with_suffix(".py")
            if (ROOT / file).is_file():
                found.add(file)
    return found


def needed() -> set[Path]:
    waiting, seen = {Path("serving/__main__.py")}, set[Path]()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        waiting |= project_imports(path) - seen
    return seen | {Path("artifact/__init__.py"), Path("serving/__init__.py")}


def test_the_image_holds_what_the_server_imports_and_no_more() -> None:
    extra = {Path("artifact/forest.c"), Path("serving/requirements.txt")}
    assert set(copied_files()) == needed() | extra


def test_its_requirements_are_the_locks() -> None:
    group = ["--only-group", "serving", "--no-emit-project", "--no-header"]
    exported = subprocess.run(
        [sys.executable, "-m", "uv", "export", "--frozen", "--quiet", *group],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    locked = (ROOT / "serving" / "requirements.txt").read_text()
    assert locked == exported.stdout


def test_every_requirement_is_pinned_with_hashes() -> None:
    text = (ROOT / "serving" / "requirements.txt").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    packages = [entry for entry in entries if not entry.startswith("#")]
    assert len(packages) >= 5
    for package in packages:
        assert "==" in package
        assert "--hash=sha256:" in package


@pytest.mark.parametrize(
    "line", ["USER 10001:10001", 'CMD ["serve"]', "--require-hashes"]
)
def test_the_image_is_locked_and_unprivileged(line: str) -> None:
    assert line in DOCKERFILE


def test_the_base_is_one_release_of_python_alone() -> None:
    assert re.search(
        r"^ARG BASE=python:\d+\.\d+\.\d+-slim-\w+$", DOCKERFILE, re.MULTILINE
    )


def test_nothing_ties_the_image_to_one_processor() -> None:
    assert not re.search(r"--platform|amd64|x86_64|arm64|aarch64", DOCKERFILE)
