"""``make demo-history``: the fourth payment is an alert, with its reasons."""

import re

import pytest

from tests.e2e.conftest import run


@pytest.fixture(scope="module")
def told() -> str:
    # In its copy of the project: templates that are kept are of this one.
    return run("python -m demo history", CDK_APP="python app.py")


def test_the_fourth_payment_is_the_first_alert_and_says_why(told: str) -> None:
    decisions = re.findall(r"^  (ALERT|no alert), probability", told, re.MULTILINE)
    assert decisions == ["no alert", "no alert", "no alert", "ALERT"]
    reasons = told[told.index("  ALERT") :]
    assert re.search(r"CARD: 4 transactions today, usually [\d.]+", reasons)


def test_nothing_is_left_on_this_machine_or_in_the_account(told: str) -> None:
    last = told.strip().splitlines()[-8:]
    assert {line.split(None, 1)[0] for line in last} == {"0"}
    assert {"tables", "secrets"} <= {line.split(None, 1)[1] for line in last}


def test_the_story_is_readable_at_80_columns_but_for_what_is_copied(told: str) -> None:
    copied = ("arn:", "s3://", "npx cdk", "--parameters", "fraud-cards", '{"', "demo-")
    too_long = [
        line
        for line in told.splitlines()
        if len(line) > 80 and not any(mark in line for mark in copied)
    ]
    assert too_long == []
