"""``make demo`` tells the main job, and leaves nothing."""

import re

import pytest

from tests.e2e.conftest import run


@pytest.fixture(scope="module")
def told() -> str:
    return run("python -m demo")


def test_every_command_is_printed_before_it_runs(told: str) -> None:
    commands = re.findall(r"^\$ (.*)$", told, re.MULTILINE)
    remaining = iter(commands)
    in_order = [
        "npx cdk bootstrap",
        "npx cdk deploy",
        "fraud launch",
        "npx cdk deploy",
        "fraud score",
        "fraud launch",
        "npx cdk deploy",
        "fraud score",
        "fraud rule",
        "fraud score",
        "npx cdk destroy",
    ]
    for expected in in_order:
        assert any(command.startswith(expected) for command in remaining), expected


def test_nothing_is_left(told: str) -> None:
    last = told.strip().splitlines()[-8:]
    assert [line.split(None, 1) for line in last] == [
        ["0", "endpoints"],
        ["0", "endpoint configs"],
        ["0", "models"],
        ["0", "stacks other than bootstrap's"],
        ["0", "project buckets"],
        ["0", "tables"],
        ["0", "secrets"],
        ["0", "child processes"],
    ]


def test_the_story_is_readable_at_80_columns_but_for_what_is_copied(told: str) -> None:
    copied = ("arn:", "s3://", "npx cdk", "--parameters", "fraud-dev-", '{"')
    too_long = [
        line
        for line in told.splitlines()
        if len(line) > 80 and not any(mark in line for mark in copied)
    ]
    assert too_long == []
