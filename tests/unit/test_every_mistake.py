"""Whatever a person does wrong, every sub-command answers in one sentence.

One table: each sub-command as it is called when all is well, and each mistake.
"""

import importlib
from pathlib import Path

import pytest

import fraud
from operations.account.errors import NO_CREDENTIALS, NO_REGION

COMMANDS = {
    command.name: command for group in fraud.GROUPS.values() for command in group
}
#: Sub-commands that ask AWS → as they are called.
ASKING = {
    "launch": [],
    "image": ["--env", "prod"],
    "verify": [],
    "score": ["--env", "dev"],
    "history": ["seed"],
    "rule": [],
    "batch": ["--input", "s3://bucket/batch/a.csv", "--output", "s3://bucket/batch/"],
    "leftovers": [],
}
#: Those that work on this machine → as they are called with a name that is none.
LOCAL = {
    "train": ["--data", "no-such.csv", "--model-dir", "out"],
    "inspect": ["--data", "no-such.csv"],
    "pack": ["--model-dir", "no-such"],
    "settings": ["--env", "nowhere"],
    "env": ["new", "Nowhere"],
    "review": ["--env", "nowhere"],
    "cost": ["--env", "nowhere"],
    "local": ["--port", "70000"],
}
VARIABLES = ("PROFILE", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "ENDPOINT_URL", "REGION")


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials, no region, nothing of the person who runs the tests."""
    for name in (*VARIABLES, "DEFAULT_REGION", "SESSION_TOKEN"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "absent"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.chdir(tmp_path)


def said(name: str, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a sub-command that must fail; return its one sentence."""
    try:
        status = fraud.main([name, *arguments])
    except SystemExit as exited:
        status = int(exited.code or 0)
    assert status in (1, 2)
    error = capsys.readouterr().err
    assert "Traceback" not in error
    *_, sentence = error.strip().splitlines()
    assert sentence.startswith("error: ")
    return sentence.removeprefix("error: ")


def test_every_sub_command_is_in_the_table() -> None:
    assert {*ASKING, *LOCAL} == set(COMMANDS)


@pytest.mark.parametrize("name", ASKING)
class TestAsking:
    def test_no_credentials_has_one_wording(
        self,
        name: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        assert said(name, ASKING[name], capsys) == NO_CREDENTIALS

    def test_no_region_has_one_wording(
        self, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert said(name, ASKING[name], capsys) == NO_REGION

    def test_a_misspelt_region_has_a_suggestion(
        self,
        name: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("AWS_REGION", "eu-wst-1")
        assert said(name, ASKING[name], capsys) == (
            "Region: expected one of AWS's, got 'eu-wst-1'; did you mean 'eu-west-1'?"
        )

    def test_a_misspelt_profile_is_named(
        self,
        name: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("AWS_PROFILE", "colleague")
        assert "colleague" in said(name, ASKING[name], capsys)

    def test_a_misspelt_environment_is_named(
        self, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        arguments = [*ASKING[name], "--env", "prd"]
        assert "expected one of dev, prod, staging, got 'prd'" in said(
            name, arguments, capsys
        )

    def test_nobody_answers(
        self,
        name: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        for variable, value in {
            "REGION": "eu-west-1",
            "ACCESS_KEY_ID": "key",
            "SECRET_ACCESS_KEY": "secret",
            "ENDPOINT_URL": "http://localhost:1",
        }.items():
            monkeypatch.setenv(f"AWS_{variable}", value)
        assert "AWS cannot be reached" in said(name, ASKING[name], capsys)


def test_a_refresh_of_prices_words_it_alike(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert said("cost", ["--refresh"], capsys).startswith(NO_CREDENTIALS.rstrip("."))


@pytest.mark.parametrize("name", LOCAL)
def test_a_name_that_is_none_is_named(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # `pack` says what its directory lacks.
    wrong = {"train": "no-such.csv", "pack": "manifest.json"}.get(name, LOCAL[name][-1])
    assert wrong in said(name, LOCAL[name], capsys)


@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_is_130_without_a_traceback(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    module = importlib.import_module(COMMANDS[name].module)
    monkeypatch.setattr(module, "main", interrupted)
    assert fraud.main([name, *ASKING.get(name, LOCAL.get(name, []))]) == 130
    error = capsys.readouterr().err
    assert error.endswith("\nStopped.\n")
    assert "Traceback" not in error
