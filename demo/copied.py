"""A copy of what the commands need, where a story may add settings of its own."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = (
    *("app.py", "cdk.json", "fraud.py", "package.json", "uv.lock", "pyproject.toml"),
    *("artifact", "cdk_app", "demo", "operations", "review", "serving", "stacks"),
    "training",
)


@contextlib.contextmanager
def copied() -> Iterator[Path]:
    """Yield the copy; it goes with its end."""
    with tempfile.TemporaryDirectory(prefix="demo-") as temporary:
        directory = Path(temporary)
        for name in NEEDED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(
                    source,
                    directory / name,
                    ignore=shutil.ignore_patterns("__pycache__"),
                )
            else:
                shutil.copyfile(source, directory / name)
        (directory / "node_modules").symlink_to(ROOT / "node_modules")
        yield directory
