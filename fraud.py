"""The command ``fraud``: every sub-command in a line, each loaded when it is asked for.

A sub-command is a module with ``main(arguments) -> int``. Beside it stands a light
module with ``parser()``, which is loaded first: ``--help`` and a wrong option are
answered before boto3, pandas or the CDK are imported.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module
from typing import NamedTuple, NoReturn

from operations.heartbeat import signs_of_life

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130


class Command(NamedTuple):
    """One sub-command."""

    name: str
    #: Module with ``parser()``; empty where the module with ``main`` is light itself.
    options: str
    module: str
    purpose: str
    #: Whether it serves until it is stopped, and has nothing to say meanwhile.
    runs_on: bool = False


# Grouped as the story goes.
GROUPS: dict[str, tuple[Command, ...]] = {
    "From data to a model": (
        Command(
            "train", "training.command_line", "training.train", "train on this machine"
        ),
        Command(
            "inspect",
            "training.inspection.options",
            "training.inspection.command",
            "what training would make of a table, and what looks wrong",
        ),
        Command(
            "launch",
            "training.launch.options",
            "training.launch.command",
            "train on SageMaker; print the deploy command",
        ),
        Command("pack", "", "artifact.archive", "make model.tar.gz of an artifact"),
    ),
    "Before a deployment": (
        Command(
            "settings",
            "",
            "review.environments.settings_command",
            "the settings of an environment that are in force",
        ),
        Command("env", "", "review.environments.env_command", "make a new environment"),
        Command(
            "review",
            "review.options",
            "review.command",
            "write what a reviewer reads; fail on what is open",
        ),
        Command(
            "cost",
            "review.cost.options",
            "review.cost.command",
            "what an environment costs a month",
        ),
        Command(
            "image",
            "operations.image.options",
            "operations.image.command",
            "have the serving image built, in the account",
        ),
    ),
    "With a live endpoint": (
        Command(
            "verify",
            "operations.verify.options",
            "operations.verify.command",
            "is what answers what is declared?",
        ),
        Command(
            "score",
            "operations.score.options",
            "operations.score.command",
            "ask the endpoint and apply the decision rule",
        ),
        Command(
            "history",
            "operations.history.options",
            "operations.history.command",
            "histories of cards and merchants: fill, report, replay",
        ),
        Command(
            "rule",
            "operations.rule.options",
            "operations.rule.command",
            "show or publish the decision rule",
        ),
        Command(
            "batch",
            "operations.batch.options",
            "operations.batch.command",
            "score files by a transform job",
        ),
    ),
    "Back to nothing": (
        Command(
            "leftovers",
            "operations.leftovers.options",
            "operations.leftovers.command",
            "what remains after destroy, and its removal",
        ),
    ),
    "On this machine": (
        Command("local", "", "operations.local", "start local AWS", runs_on=True),
    ),
}


def _refuse(parser: argparse.ArgumentParser, message: str) -> NoReturn:
    """Put a wrong option in one sentence, in the form of all errors."""
    print(f"error: {message}; see {parser.prog} --help.", file=sys.stderr)
    raise SystemExit(MISUSED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sub-command; returns its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    commands = {command.name: command for group in GROUPS.values() for command in group}
    if not words or words[0] in {"-h", "--help"}:
        print(_help())
        return DONE if words else MISUSED
    command = commands.get(words[0])
    if command is None:
        print(
            f"error: expected one of {', '.join(commands)}, got {words[0]!r}; see "
            "fraud --help.",
            file=sys.stderr,
        )
        return MISUSED
    # argparse's own form differs with the sub-command, and shows its usage first.
    setattr(argparse.ArgumentParser, "error", _refuse)  # noqa: B010 - for mypy
    try:
        if command.options:
            import_module(command.options).parser().parse_known_args(words[1:])
        what = f"fraud {command.name}"
        with nullcontext() if command.runs_on else signs_of_life(what):
            status: int = import_module(command.module).main(words[1:])
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read, such as `head`, has enough; nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return status


def _help() -> str:
    lines = ["usage: fraud COMMAND [OPTION ...]", ""]
    for title, group in GROUPS.items():
        lines.append(f"{title}:")
        lines += [f"  {command.name:<11}{command.purpose}" for command in group]
        lines.append("")
    lines.append("fraud COMMAND --help shows what each takes, with an example.")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
