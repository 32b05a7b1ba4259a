"""What the documents name exists."""

import argparse
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from fraud import GROUPS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "packages" / "local-aws").glob("README.md")),
    *sorted((ROOT / "packages" / "local-aws" / "docs").glob("*.md")),
]
#: Where commands stand too.
SCRIPTS = [ROOT / "Makefile", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
COMMANDS = {command.name: command for group in GROUPS.values() for command in group}
#: A command in a code span, in a line of a code block, or after ``run:``.
COMMAND = re.compile(r"(?:^|[`$(&|;]|run: )\s*@?(fraud [a-z][^`#|;&\n]*)", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
MODULE = re.compile(r"python -m ([a-z_]+(?:\.[a-z_]+)*)")
SOURCES = (ROOT, ROOT / "packages" / "local-aws" / "src")
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
        paths = [source / module.replace(".", "/") for source in SOURCES]
        assert any(
            path.with_suffix(".py").exists() or (path / "__main__.py").exists()
            for path in paths
        ), f"{document.name} names python -m {module}"


def commands(document: Path) -> Iterator[list[str]]:
    """Words of each ``fraud …`` that the document shows, lines put together."""
    text = document.read_text(encoding="utf-8").replace("\\\n", " ")
    for found in COMMAND.findall(text):
        # A reader fills in <what> is in brackets; the shell's own are left out.
        yield re.sub(r"\$\([^)]*\)?|[()\"']", " ", found).split()[1:]


def parser_of(name: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = import_module(COMMANDS[name].options).parser()
    return parser


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    """Its options, and those of its own sub-commands."""
    known = set(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                known |= options_of(below)
    return known


@pytest.mark.parametrize("document", [*DOCUMENTS, *SCRIPTS], ids=lambda path: path.name)
def test_every_fraud_command_and_its_options_exist(document: Path) -> None:
    for name, *words in commands(document):
        assert name in COMMANDS, f"{document.name} names fraud {name}"
        asked = {
            word.partition("=")[0].rstrip(".,:") for word in words if word[:2] == "--"
        }
        if not asked or not COMMANDS[name].options:
            continue
        known = options_of(parser_of(name))
        if name == "launch":  # hands what is not its own to training
            known |= options_of(parser_of("train"))
        assert asked <= known, f"{document.name}: fraud {name} has no {asked - known}"


def test_the_readme_names_most_commands() -> None:
    named = {words[0] for words in commands(ROOT / "README.md")}
    assert len(named) > 5
    assert {"launch", "verify", "score", "rule", "leftovers"} <= named
