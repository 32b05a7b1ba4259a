"""The command ``fraud``: its sub-commands, their help, and the form of its errors."""

import subprocess
import sys

import pytest

import fraud

COMMANDS = {
    command.name: command for group in fraud.GROUPS.values() for command in group
}
#: What takes long to import, and no ``--help`` needs.
HEAVY = {
    *("boto3", "botocore", "numpy", "pandas", "sklearn", "aws_cdk", "sagemaker"),
    "moto",
}
MODULES_AFTER_HELP = """
import sys, fraud
try:
    fraud.main([sys.argv[1], "--help"])
finally:
    print("\\nMODULES", *{name.partition(".")[0] for name in sys.modules})
"""


def test_help_shows_every_command_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert fraud.main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, command in COMMANDS.items():
        assert f"  {name:<11}{command.purpose}" in lines
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_each_has_an_example_and_loads_nothing_heavy(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MODULES_AFTER_HELP, name],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text, _, modules = done.stdout.partition("\nMODULES ")
    assert text.startswith(f"usage: fraud {name} ")
    example = " ".join(text.partition("\n\n")[2].split())
    assert f"fraud {name} " in example
    assert max(map(len, text.splitlines())) <= 80
    assert not HEAVY & set(modules.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_a_wrong_option_is_one_sentence_and_2(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = fraud.main([name, "--no-such-option"])
    except SystemExit as exited:
        status = int(exited.code or 0)
    assert status == 2
    *_, line = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert "--" in line


def test_an_unknown_command_is_one_sentence_and_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert fraud.main(["lunch"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: expected one of train, ")


def test_ctrl_c_is_130_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("artifact.archive.main", interrupted)
    assert fraud.main(["pack"]) == 130
    assert capsys.readouterr().err.endswith("\nStopped.\n")
