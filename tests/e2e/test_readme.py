"""Each command of the README works as it is written."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from local_aws.testing.running import LocalAws

from tests.e2e.audit import assert_nothing_undeclared, kinds_under
from tests.e2e.conftest import ROOT, run

# These two run the tests themselves, or what test_demo.py runs.
TWO_COMMANDS = ("make demo", "make test")
OWN_DATA = "payments.csv"
#: What a new environment's commands read.
SOURCES = (
    *("app.py", "fraud.py", "cdk.json", "package.json", "cdk_app", "stacks", "review"),
    *("operations", "artifact", "training", "serving", "data"),
)


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
    local_aws: LocalAws, payments: Path, tmp_path: Path
) -> None:
    blocks_told = [block for block in blocks() if not block.startswith(TWO_COMMANDS)]
    story = "\n".join(blocks_told).replace(OWN_DATA, str(payments))
    # Between its commands: what is deployed is known to the audit of what remains.
    audited = tmp_path / "audited"
    audit = f"fraud leftovers --env dev >{audited} || test $? = 1\n"
    assert story.count("\nfraud verify --env dev") == 1
    said = run(
        story.replace("\nfraud verify --env dev", f"\n{audit}fraud verify --env dev"),
        local_aws,
        AWS_DEFAULT_REGION=local_aws.environment["AWS_REGION"],
    )
    during = audited.read_text(encoding="utf-8")
    assert "endpoint" in kinds_under("DEPLOYED", during)
    assert kinds_under("LEFTOVER", during) == kinds_under("DECLARED", during) == []
    # The typical transaction of the sample, then each row of the table.
    assert re.search(r"^Fraud probability +\d\.\d+(e-\d+)?$", said, re.MULTILINE)
    assert re.search(r"^900 transactions, \d+ alerts?$", said, re.MULTILINE)
    # With the bank's table, beside the sample's model, which was in service.
    assert "Beside the model in service, logistic-regression:" in said
    assert "Each was judged on its own test part" in said
    # example.json in the bank's columns, as any SDK sends it.
    assert re.search(r'^\{"fraud_probability": ?[\d.e-]+\}', said, re.MULTILINE)
    after = run("fraud leftovers --env dev", local_aws)
    assert_nothing_undeclared(after)
    assert kinds_under("DECLARED", after) == []
    assert local_aws.client("sagemaker").list_endpoints()["Endpoints"] == []
    left = local_aws.client("cloudformation").list_stacks(
        StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"]
    )
    assert [s["StackName"] for s in left["StackSummaries"]] == ["CDKToolkit"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources in a place of their own: a new environment is a file among them."""
    place = tmp_path / "copy"
    place.mkdir()
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name)
        else:
            shutil.copy(source, place / name)
    (place / "node_modules").symlink_to(ROOT / "node_modules")
    return place


def test_a_second_environment_is_a_file_and_the_commands_that_it_prints(
    copy: Path,
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "`fraud env new qa --like dev`" in readme
    here = f"cd {copy} && export PYTHONPATH={copy} CDK_OUTPUT={copy / 'cdk.out'}"
    here += " && unset CDK_APP"
    made = run(f"{here} && fraud env new qa --like dev")
    steps = made.replace("\\\n", " ").splitlines()
    deploy = next(step for step in steps if "cdk deploy" in step)
    # What it prints is understood: the stacks are there under these names.
    synth = deploy.replace("cdk deploy", "cdk list")
    listed = run(f"{here} && fraud settings --env qa && {synth}").splitlines()
    assert 'hosting.kind = "serverless"' in listed
    assert {line for line in listed if line.startswith("fraud-qa-")} == {
        word for word in deploy.split() if word.startswith("fraud-qa-")
    }


@pytest.mark.parametrize("command", TWO_COMMANDS)
def test_the_two_commands_are_told(command: str) -> None:
    assert any(command in block for block in blocks())
