"""Each command of the README works as it is written."""

import re

import pytest
from local_aws.testing.running import LocalAws

from tests.e2e.conftest import ROOT, run

# These two run the tests themselves, or what test_demo.py runs.
TWO_COMMANDS = ("make demo", "make test")


def blocks() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)


def test_the_story_on_an_account_works_as_written(local_aws: LocalAws) -> None:
    story = [block for block in blocks() if not block.startswith(TWO_COMMANDS)]
    said = run(
        "\n".join(story),
        local_aws,
        AWS_DEFAULT_REGION=local_aws.environment["AWS_REGION"],
    )
    assert re.search(r"^Fraud probability +0\.\d+$", said, re.MULTILINE)
    assert re.search(r'^\{"fraud_probability": ?0\.\d+\}', said, re.MULTILINE)
    assert local_aws.client("sagemaker").list_endpoints()["Endpoints"] == []
    left = local_aws.client("cloudformation").list_stacks(
        StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"]
    )
    assert [s["StackName"] for s in left["StackSummaries"]] == ["CDKToolkit"]


@pytest.mark.parametrize("command", TWO_COMMANDS)
def test_the_two_commands_are_told(command: str) -> None:
    assert any(command in block for block in blocks())
