"""What the documents name exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
MODULE = re.compile(r"python -m ([a-z_]+(?:\.[a-z_]+)*)")
OURS = {"artifact", "benchmarks", "cdk_app", "demo", "local_aws", "serving", "training"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    targets = LINK.findall(document.read_text(encoding="utf-8"))
    missing = [each for each in targets if not (document.parent / each).exists()]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_name_modules_that_exist(document: Path) -> None:
    named = set(MODULE.findall(document.read_text(encoding="utf-8")))
    for module in sorted(named):
        if module.partition(".")[0] not in OURS:
            continue
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), (
            f"{document.name} names python -m {module}"
        )
