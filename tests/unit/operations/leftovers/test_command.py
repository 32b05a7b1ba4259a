"""``fraud leftovers`` as its user sees it."""

import io
from collections.abc import Callable
from functools import partial

import pytest

from operations.leftovers import command
from operations.leftovers.account import Account
from operations.leftovers.audit import audit, remove
from operations.leftovers.command import main

from . import planted
from .test_audit import DEV, MOTO_KINDS

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run the command on the account, with something typed."""
    monkeypatch.setattr(command, "Account", lambda *_: account)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setattr(command, "audit", partial(audit, kinds=MOTO_KINDS))
    monkeypatch.setattr(command, "remove", partial(remove, kinds=MOTO_KINDS))

    def run_command(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = main(["--env", "dev", *arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run_command


def test_a_clean_account_exits_0(run: Run) -> None:
    status, out, _ = run()
    assert status == 0
    assert out.splitlines()[0] == "dev in us-east-1, account 123456789012"
    assert "Clean: nothing remains" in out


def test_a_leftover_exits_1_with_its_cost(account: Account, run: Run) -> None:
    planted.endpoint(account.client, "forgotten", DEV)
    status, out, _ = run()
    assert status == 1
    # Two instances of 730 hours at 0.115 and 30 GB at 0.14 each.
    assert "176.30 USD" in out
    assert "InService, 2 x ml.m5.large" in out
    assert "1 remain, 176.30 USD a month." in out
    assert max(len(line) for line in out.splitlines()) <= 80


def test_a_long_name_stands_whole_on_a_line_of_its_own(
    account: Account, run: Run
) -> None:
    name = f"fraud-dev-{'x' * 50}"
    planted.endpoint(account.client, name, DEV)
    _, out, _ = run()
    lines = out.splitlines()
    assert f"    {name}" in lines
    assert max(map(len, lines)) <= 80


def test_delete_needs_the_environments_name_typed(account: Account, run: Run) -> None:
    planted.alarm(account.client, "forgotten", DEV)
    for typed in ("", "yes\n", "prod\n"):
        status, out, _ = run("--delete", typed=typed)
        assert status == 1
        assert "Nothing was deleted." in out
    assert run()[0] == 1


def test_delete_reports_each_and_a_second_run_is_clean(
    account: Account, run: Run
) -> None:
    planted.alarm(account.client, "forgotten", DEV)
    planted.bucket(account.client, "forgotten", DEV)
    planted.alarm(account.client, "fraud-dev-by-name", {})
    status, out, _ = run("--delete", typed="dev\n")
    assert status == 0
    assert "alarm forgotten: deleted" in out
    assert "bucket forgotten: emptied and deleted" in out
    status, out, _ = run()
    assert status == 0
    assert "fraud-dev-by-name" in out


def test_a_foreign_name_cannot_steer_the_terminal(account: Account, run: Run) -> None:
    planted.alarm(account.client, "forgotten\x1b[2J", DEV)
    _, out, _ = run()
    assert "forgotten\\x1b[2J" in out
    assert "\x1b" not in out


def test_an_unknown_environment_is_a_sentence_and_exit_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--env", "qa"]) == 2
    assert capsys.readouterr().err.startswith("error: env: expected one of dev")


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    for option in ("--env", "--region", "--delete"):
        assert option in out
