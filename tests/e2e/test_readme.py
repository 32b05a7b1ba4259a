"""Each command of the README works as it is written."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from local_aws.testing.running import LocalAws

from tests.e2e.conftest import ROOT, run

# These two run the tests themselves, or what test_demo.py runs.
TWO_COMMANDS = ("make demo", "make test")
OWN_DATA = "payments.csv"


def blocks() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)


@pytest.fixture
def payments(tmp_path: Path) -> Path:
    """A bank's own table, as the README describes one."""
    random = np.random.default_rng(3)
    rows = 900
    frauds = random.random(rows) < 0.06
    start = datetime(2026, 1, 1, tzinfo=UTC)
    channels = random.choice(["web", "app", "pos"], rows)
    table = pd.DataFrame(
        {
            "paid_at": [
                f"{start + timedelta(minutes=13 * row):%d/%m/%Y %H:%M}"
                for row in range(rows)
            ],
            "card_id": [f"c{number}" for number in random.integers(0, 200, rows)],
            "amount": (random.lognormal(3, 1, rows) * (1 + 3 * frauds)).round(2),
            "channel": [
                None if row % 50 == 7 else channels[row] for row in range(rows)
            ],
            "country": np.where(
                frauds & (random.random(rows) < 0.5),
                "NG",
                random.choice(["DE", "FR", "NG"], rows),
            ),
            "is_fraud": np.where(frauds, "yes", "no"),
        }
    )
    path = tmp_path / OWN_DATA
    table.to_csv(path, index=False)
    return path


def test_the_story_on_an_account_works_as_written(
    local_aws: LocalAws, payments: Path
) -> None:
    story = [block for block in blocks() if not block.startswith(TWO_COMMANDS)]
    said = run(
        "\n".join(story).replace(OWN_DATA, str(payments)),
        local_aws,
        AWS_DEFAULT_REGION=local_aws.environment["AWS_REGION"],
    )
    # The typical transaction of the sample, then each row of the table.
    assert re.search(r"^Fraud probability +0\.\d+$", said, re.MULTILINE)
    assert re.search(r"^900 transactions, \d+ alerts?$", said, re.MULTILINE)
    # With the bank's table, beside the sample's model, which was in service.
    assert "Beside the model in service, logistic-regression:" in said
    assert "The two were judged on different rows" in said
    # example.json in the bank's columns, as any SDK sends it.
    assert re.search(r'^\{"fraud_probability": ?[\d.e-]+\}', said, re.MULTILINE)
    assert local_aws.client("sagemaker").list_endpoints()["Endpoints"] == []
    left = local_aws.client("cloudformation").list_stacks(
        StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"]
    )
    assert [s["StackName"] for s in left["StackSummaries"]] == ["CDKToolkit"]


@pytest.mark.parametrize("command", TWO_COMMANDS)
def test_the_two_commands_are_told(command: str) -> None:
    assert any(command in block for block in blocks())
