"""What the demo shows of its commands' output."""

import json
from pathlib import Path

import pandas as pd
import pytest

from demo.story import FRAUD, LEGITIMATE, StoryError, deploy_command
from demo.terminal import CommandFailedError, Terminal, readable

ROOT = Path(__file__).parents[3]


def test_a_stack_event_is_shortened_to_fit_80_columns() -> None:
    line = "fraud-dev-serving | 3/9 | 4:20:01 PM | CREATE_COMPLETE      | " + (
        "AWS::SageMaker::EndpointConfig | Hosting/Config (HostingConfig" + "X" * 60
    )
    (shown,) = readable(line)
    assert shown.startswith("  3/9 CREATE_COMPLETE AWS::SageMaker::EndpointConfig")
    assert len(shown) <= 80


def test_events_in_progress_and_blank_lines_are_not_shown() -> None:
    event = "s | 0/9 | 4:20:01 PM | CREATE_IN_PROGRESS | AWS::S3::Bucket | Data"
    assert not list(readable(event))
    assert not list(readable("   "))


@pytest.mark.parametrize(
    "line",
    [
        "fraud-dev-training: start: Building fraud-dev-training Template",
        "fraud-dev-storage.ExportsOutputRefDataBucketE6B0FAA83794BF10 = name",
        "npm warn Unknown user config",
    ],
)
def test_the_tools_talk_of_their_own_work_is_not_shown(line: str) -> None:
    assert not list(readable(line))


def test_outputs_and_errors_are_shown() -> None:
    for line in ("fraud-dev-serving.EndpointName = fraud-dev", "Error: no such stack"):
        assert list(readable(line)) == [f"  {line}"]


def test_a_failing_command_ends_the_story(capfd: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal({"PATH": "/usr/bin:/bin"})
    with pytest.raises(CommandFailedError, match="status 3"):
        terminal.run("echo the reason >&2; exit 3")
    assert capfd.readouterr().out.splitlines() == [
        "$ echo the reason >&2; exit 3",
        "  the reason",
    ]


def test_the_deploy_command_is_the_last_thing_the_launcher_prints() -> None:
    launched = "Deploy it with\n\nnpx cdk deploy a \\\n  --parameters b\n"
    assert deploy_command(launched) == "npx cdk deploy a \\\n  --parameters b"
    with pytest.raises(StoryError, match="no deploy command"):
        deploy_command("Error: the job failed")


@pytest.mark.parametrize(("file", "label"), [(FRAUD, 1), (LEGITIMATE, 0)])
def test_the_transactions_are_real_ones(file: str, label: int) -> None:
    transaction = json.loads((ROOT / file).read_text())
    data = pd.read_csv(ROOT / "data" / "creditcard-sample.csv.gz")
    same = (data[list(transaction)] == pd.Series(transaction)).all(axis=1)
    assert data.loc[same, "Class"].tolist() == [label]
