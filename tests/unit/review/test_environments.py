"""``fraud settings`` and ``fraud env new``."""

import shutil
from pathlib import Path

import pytest

from cdk_app.settings import load
from cdk_app.settings.loading import ENVIRONMENTS_DIRECTORY
from review.environments import env_command, settings_command


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    copy = tmp_path / "environments"
    shutil.copytree(ENVIRONMENTS_DIRECTORY, copy)
    return copy


def test_every_value_in_force_is_printed_and_defaults_are_marked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert settings_command.main(["--env", "prod"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert 'hosting.kind = "instances"' in printed
    assert "hosting.network_isolation = true  # default" in printed
    assert "alarms.client_error_percent = 5.0" in printed


def test_an_unknown_environment_is_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert settings_command.main(["--env", "nowhere"]) == 1
    assert capsys.readouterr().err.startswith("error: env: expected one of dev")


def test_a_new_environment_is_like_the_other(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert env_command.main(["new", "qa", "--like", "staging"], directory) == 0
    made, like = load("qa", directory), load("staging", directory)
    assert made.model_copy(update={"environment": "staging"}) == like
    stacks = "fraud-qa-storage fraud-qa-training fraud-qa-observability"
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  fraud review --env qa",
        "  fraud cost --env qa",
        "  npx cdk deploy -c env=qa \\",
        f"    {stacks}",
        "  fraud image --env qa",
        "  fraud launch --env qa --data payments.csv",
        '  eval "$(fraud launch --env qa --last)"',
        "  fraud score --env qa",
    ]
    assert not list(directory.glob(".*"))


def test_an_environment_of_awss_image_needs_none_built(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert env_command.main(["new", "qa", "--like", "dev"], directory) == 0
    assert "fraud image" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new", "prod"], "which has a file"),
        (["new", "../qa"], "expected up to 12 lower-case letters"),
        (["new", "QA"], "expected up to 12 lower-case letters"),
        (["new", "qa", "--like", "nowhere"], "--like: expected one of"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    arguments: list[str],
    said: str,
    directory: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = {path: path.read_bytes() for path in directory.iterdir()}
    assert env_command.main(arguments, directory) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert said in error
    assert {path: path.read_bytes() for path in directory.iterdir()} == before
