"""``fraud env new``: a settings file like another environment's."""

import argparse
import os
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path

from cdk_app.naming import stack_name
from cdk_app.settings import Settings, SettingsError, environment_names, load
from cdk_app.settings.loading import ENVIRONMENT_NAME, ENVIRONMENTS_DIRECTORY

DONE, FAILED = 0, 1


def main(
    arguments: Sequence[str] | None = None, directory: Path = ENVIRONMENTS_DIRECTORY
) -> int:
    """Run the command; return 0, or 1 if nothing was written."""
    parser = argparse.ArgumentParser(
        prog="fraud env",
        description="Make a new environment: a settings file like another's.",
        epilog="example: fraud env new qa --like dev",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    new = commands.add_parser(
        "new",
        help="write cdk_app/environments/NAME.toml",
        epilog="example: fraud env new qa --like dev",
    )
    new.add_argument("name", metavar="NAME", help="up to 12 lower-case letters, digits")
    new.add_argument("--like", default="dev", help="environment to copy; default: dev")
    options = parser.parse_args(arguments)
    try:
        path = _new(options.name, options.like, directory)
    except (SettingsError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    print(f"Wrote {path}. Read it, then:")
    for command in next_steps(load(options.name, directory)):
        print(textwrap.indent(command, "  "))
    return DONE


def next_steps(settings: Settings) -> list[str]:
    """Return the commands from a settings file to a live endpoint, in their order."""
    env = settings.environment
    stacks = " ".join(
        stack_name(env, unit) for unit in ("storage", "training", "observability")
    )
    image = settings.container.image == "project"
    return [
        f"fraud review --env {env}",
        f"fraud cost --env {env}",
        f"npx cdk deploy -c env={env} \\\n  {stacks}",
        *([f"fraud image --env {env}"] if image else []),
        f"fraud launch --env {env} --data payments.csv",
        f'eval "$(fraud launch --env {env} --last)"',
        f"fraud score --env {env}",
    ]


def _new(name: str, like: str, directory: Path) -> Path:
    """Write the file whole, or nothing.

    Raises
    ------
    SettingsError
        If the name is none, is taken, or the environment to copy cannot be read.
    """
    if not ENVIRONMENT_NAME.fullmatch(name):
        raise SettingsError(
            f"name: expected up to 12 lower-case letters and digits, a letter first, "
            f"got {name!r}; choose another."
        )
    if name in environment_names(directory):
        raise SettingsError(
            f"name: expected a new environment, got {name!r}, which has a file; "
            f"change {directory / f'{name}.toml'} or choose another name."
        )
    if like not in environment_names(directory):
        raise SettingsError(
            f"--like: expected one of {', '.join(environment_names(directory))}, got "
            f"{like!r}; choose one of these."
        )
    load(like, directory)
    text = (directory / f"{like}.toml").read_text(encoding="utf-8")
    path = directory / f"{name}.toml"
    with tempfile.NamedTemporaryFile(
        "w", dir=directory, prefix=f".{name}-", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"# Made like {like}; say here what {name} is for.\n{text}")
    Path(file.name).chmod(0o644)
    try:
        # A link, unlike a renaming, replaces nothing that came meanwhile.
        os.link(file.name, path)
    finally:
        Path(file.name).unlink()
    return path
