"""Dependencies between the folders point one way, as the README's picture says."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = frozenset(
    {
        *("cdk_app.settings", "cdk_app.naming", "cdk_app.tags", "cdk_app.prices"),
        *("cdk_app.image_build", "cdk_app.regions"),
    }
)

# What each folder may import of the project, most specific path first.
ALLOWED: dict[str, frozenset[str]] = {
    "app.py": frozenset({"cdk_app", "stacks", "review.rule_packs"}),
    "fraud.py": frozenset({"operations.heartbeat"}),
    "stacks/": frozenset({"cdk_app"}),
    "cdk_app/": frozenset(),
    "artifact/": frozenset(),
    "training/launch": frozenset(
        {"artifact", "operations.account", "operations.rule", "cdk_app.images"}
    )
    | SETTINGS,
    "training/": frozenset({"artifact"}),
    "serving/": frozenset({"artifact"}),
    "operations/local.py": frozenset({"local_aws"}),
    # A person's table is read as training reads it.
    **dict.fromkeys(
        ("operations/score/transactions.py", "operations/history/table_file.py"),
        frozenset(
            {"artifact", "operations", "training.columns", "training.data"}
            | {"training.errors"}
        ),
    ),
    "operations/": frozenset({"artifact", "serving.errors", "serving.formats"})
    | SETTINGS,
    # A refresh of the prices asks AWS, and says the same when it cannot.
    "review/cost/command.py": frozenset({"cdk_app", "operations.account.errors"}),
    "review/": frozenset({"cdk_app"}),
    "packages/local-aws/": frozenset(),
    "demo/": frozenset(),
}
OURS = {
    *("cdk_app", "stacks", "artifact", "training", "serving", "operations", "review"),
    *("local_aws", "demo"),
}

# What AWS's scikit-learn image carries, and the serving code may use in it.
IMAGE_PACKAGES = {"numpy", "flask"}
# Taken where they are installed, never needed.
OPTIONAL_IN_IMAGE = {"msgspec", "uvicorn"}


def modules() -> list[Path]:
    found = [ROOT / "app.py", ROOT / "fraud.py"]
    for folder in sorted(OURS - {"local_aws"} | {"packages/local-aws/src"}):
        found += sorted((ROOT / folder).rglob("*.py"))
    return [path.relative_to(ROOT) for path in found]


def imported(path: Path) -> Iterator[str]:
    """Dotted names that a module imports, at its top or inside functions."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the direction"
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def allowed(path: Path) -> frozenset[str]:
    return next(
        names for prefix, names in ALLOWED.items() if path.as_posix().startswith(prefix)
    )


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_imports_only_what_its_folder_may(path: Path) -> None:
    own = "local_aws" if path.parts[0] == "packages" else path.parts[0]
    names = allowed(path)
    for name in imported(path):
        top = name.partition(".")[0]
        if top not in OURS or top == own:
            continue
        permitted = any(
            name == entry or name.startswith(entry + ".") or entry.startswith(name)
            for entry in names
        )
        assert permitted, f"{path} imports {name}; it may import {sorted(names)}"


def test_what_lies_in_training_hides_no_module_of_python() -> None:
    """SageMaker runs training/train.py by its path: its folder is searched first."""
    names = {path.stem for path in (ROOT / "training").iterdir()}
    assert "train" in names
    assert not names & set(sys.stdlib_module_names)


def synthesis_modules() -> list[Path]:
    return [path for path in modules() if path.parts[0] in {"stacks", "cdk_app"}]


@pytest.mark.parametrize("path", synthesis_modules(), ids=str)
def test_synthesis_imports_no_machine_learning_library(path: Path) -> None:
    heavy = {"sagemaker", "sklearn", "pandas", "numpy", "scipy", "joblib", "pyarrow"}
    assert not {name.partition(".")[0] for name in imported(path)} & heavy


@pytest.mark.parametrize("path", synthesis_modules(), ids=str)
def test_synthesis_below_app_py_reads_no_environment_variable(path: Path) -> None:
    source = (ROOT / path).read_text()
    assert "os.environ" not in source
    assert "getenv" not in source


def test_settings_need_no_cdk() -> None:
    for name in ("settings", "naming", "tags"):
        for path in (ROOT / "cdk_app").glob(f"{name}*"):
            files = [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))
            for file in files:
                tops = {n.partition(".")[0] for n in imported(file.relative_to(ROOT))}
                assert not tops & {"aws_cdk", "constructs", "jsii"}, file


SERVED = [
    path
    for path in modules()
    if path.parts[0] == "artifact"
    or (path.parts[0] == "serving" and path.parts[1] not in {"server", "__main__.py"})
]


@pytest.mark.parametrize("path", SERVED, ids=str)
def test_what_is_served_needs_only_what_the_image_carries(path: Path) -> None:
    permitted = IMAGE_PACKAGES | OPTIONAL_IN_IMAGE | {"artifact", "serving"}
    for name in imported(path):
        top = name.partition(".")[0]
        assert top in permitted or top in sys.stdlib_module_names, (path, name)
