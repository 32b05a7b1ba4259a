"""Training in a job needs nothing that AWS's scikit-learn image does not carry."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from training.writing.artifact import PROJECT_DIR

#: Of the image 1.9-0; the last comes with scikit-learn.
IMAGE_PACKAGES = {"joblib", "numpy", "pyarrow", "scipy", "sklearn", "threadpoolctl"}
MODULES = [
    path.relative_to(PROJECT_DIR)
    for path in sorted((PROJECT_DIR / "training").rglob("*.py"))
    if "launch" not in path.parts
]


def imported_packages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_of_the_job_imports_only_what_the_image_has(path: Path) -> None:
    is_brought = path.name == "xgboost_classifier.py" or "distributed" in path.parts
    brought = {"xgboost"} if is_brought else set()
    allowed = (
        brought
        | IMAGE_PACKAGES
        | {"training", "artifact"}
        | set(sys.stdlib_module_names)
    )
    assert set(imported_packages(PROJECT_DIR / path)) <= allowed


@pytest.mark.parametrize(
    "name", ["options", "command_line", "data/reading", "data/tables"]
)
def test_checking_options_and_data_takes_no_scikit_learn(name: str) -> None:
    # The launcher does both, and should answer at once.
    waiting, seen = [f"training/{name}.py"], set()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        tree = ast.parse((PROJECT_DIR / path).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert not node.module.startswith("sklearn"), path
                following = f"{node.module.replace('.', '/')}.py"
                if node.module.startswith("training.") and following not in seen:
                    waiting.append(following)
