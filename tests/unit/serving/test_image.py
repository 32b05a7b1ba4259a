"""The image: exactly the files and packages that the server needs, as locked."""

import re
import subprocess
import sys

import pytest

from tests.unit.serving.image_files import ROOT

DOCKERFILE = (ROOT / "serving" / "Dockerfile").read_text()


def test_the_image_takes_the_two_packages_and_nothing_else() -> None:
    rules = (ROOT / "serving" / "Dockerfile.dockerignore").read_text().splitlines()
    taken = [rule for rule in rules if rule.startswith("!")]
    assert rules[1] == "*"
    assert taken == ["!artifact", "!serving"]


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


@pytest.mark.parametrize("line", ['CMD ["serve"]', "--require-hashes", "a+rX"])
def test_the_image_is_locked_and_every_user_can_read_it(line: str) -> None:
    assert line in DOCKERFILE


def test_it_runs_as_root_as_sagemakers_guide_has_it() -> None:
    assert not re.search(r"^USER\b", DOCKERFILE, re.MULTILINE)


def test_the_base_is_one_release_of_python_alone_from_awss_mirror() -> None:
    assert re.search(
        r"^ARG BASE=public\.ecr\.aws/docker/library/python:\d+\.\d+\.\d+-slim-\w+"
        r"@sha256:[0-9a-f]{64}$",
        DOCKERFILE,
        re.MULTILINE,
    )


def test_nothing_ties_the_image_to_one_processor() -> None:
    assert not re.search(r"--platform|amd64|x86_64|arm64|aarch64", DOCKERFILE)
