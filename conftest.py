"""How tests are divided among pytest-xdist's workers, by ``--dist loadgroup``."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent
#: One worker synthesizes the templates and imports SageMaker's SDK, each once.
TOGETHER = (
    ROOT / "tests" / "infrastructure",
    ROOT / "tests" / "unit" / "training" / "test_job.py",
)


# Before xdist reads the groups, which it does in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file on one worker, so that what its tests share is made once."""
    for item in items:
        together = any(path in (item.path, *item.path.parents) for path in TOGETHER)
        group = "together" if together else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
