"""Whatever comes from elsewhere is pinned by a hash, a digest or a commit."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
USES = re.compile(r"^\s*-?\s*uses:\s*(.+)$", re.MULTILINE)
PINNED_ACTION = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*")
BASE = re.compile(r"^(?:FROM|ARG BASE=?)\s*(\S+)", re.MULTILINE)
PINNED_IMAGE = re.compile(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}")
PIP_INSTALL = re.compile(r"\bpip (?:[-/\w]+ )*install(?:[^\n\\]|\\\n)*")
REQUIREMENT = re.compile(r"^[A-Za-z0-9].*", re.MULTILINE)
LISTS = [
    ROOT / "requirements.txt",
    ROOT / "requirements-uv.txt",
    ROOT / "serving" / "requirements.txt",
    ROOT / "training" / "requirements-job.txt",
]
NODE_LOCKS = [
    ROOT / "package-lock.json",
    ROOT / "tests" / "browser" / "package-lock.json",
    ROOT / "packages" / "local-aws" / "package-lock.json",
]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=name)
def test_actions_stand_by_commit_with_their_version(workflow: Path) -> None:
    used = USES.findall(workflow.read_text(encoding="utf-8"))
    assert used
    assert [one for one in used if not PINNED_ACTION.fullmatch(one.strip())] == []


def test_base_images_stand_by_digest_with_their_tag() -> None:
    text = (ROOT / "serving" / "Dockerfile").read_text(encoding="utf-8")
    bases = [one for one in BASE.findall(text) if "$" not in one]
    assert bases
    assert [one for one in bases if not PINNED_IMAGE.fullmatch(one)] == []


@pytest.mark.parametrize("path", LISTS, ids=name)
def test_every_python_package_has_its_version_and_hashes(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    packages = REQUIREMENT.findall(text)
    assert packages
    loose = [one for one in packages if not re.search(r"==.*--hash=sha256:", one)]
    assert loose == []


@pytest.mark.parametrize("path", NODE_LOCKS, ids=name)
def test_every_node_package_has_its_hash(path: Path) -> None:
    packages = json.loads(path.read_text(encoding="utf-8"))["packages"]
    named = {key: one for key, one in packages.items() if key and not one.get("link")}
    assert named
    assert [key for key, one in named.items() if "integrity" not in one] == []


@pytest.mark.parametrize(
    "path",
    [ROOT / "Makefile", ROOT / ".ci" / "install", ROOT / "serving" / "Dockerfile"],
    ids=name,
)
def test_pip_installs_from_lists_with_hashes_or_nothing_from_elsewhere(
    path: Path,
) -> None:
    """pip demands hashes of a whole list in which one package has some."""
    installs = PIP_INSTALL.findall(path.read_text(encoding="utf-8"))
    assert installs
    for install in installs:
        listed = re.search(r"-r\s+\S*requirements[\w-]*\.txt", install)
        assert listed or "--no-deps -e" in install or "--no-index" in install, install


def test_the_trust_policy_s_environments_take_one_branch() -> None:
    """A branch's own workflow could assume the role of an environment otherwise."""
    text = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
    workflow = (ROOT / ".github" / "workflows" / "deploy.yml").read_text("utf-8")
    options = re.search(r"options: \[(.+)\]", workflow)
    assert options is not None
    environments = options[1].replace(",", "")
    rule = text.index(f"for environment in {environments}; do")
    assert "deployment-branch-policies" in text[rule : rule + 500]


@pytest.mark.parametrize(
    "document", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name
)
def test_whoever_reads_of_the_hash_reads_what_it_does_not_do(document: Path) -> None:
    """In AWS's image the artifact's code runs before it can check itself."""
    text = document.read_text(encoding="utf-8")
    for paragraph in text.split("\n\n"):
        words = " ".join(paragraph.split())
        if "ModelManifestSha256" in words:
            assert "own code runs before it can check itself" in words
