"""Command: ``python -m demo [STORY]`` tells a story on this machine."""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Mapping

from demo import history_story, story
from demo.copied import ROOT, copied
from demo.leftovers import child_processes, remaining, still_running
from demo.local_account import COMMAND, LocalAccount, LocalAccountError, local_account
from demo.story import StoryError
from demo.terminal import CommandFailedError, Terminal, bold, say

STORIES: Mapping[str, Callable[[Terminal], None]] = {
    "main": story.tell,
    "history": history_story.tell,
}


def main() -> int:
    """Tell a story; return 0 when it came out as told and nothing is left."""
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="From data to a live SageMaker endpoint and back to nothing, "
        "through the real CDK CLI, SageMaker SDK and boto3, on local AWS.",
    )
    parser.add_argument(
        "story",
        nargs="?",
        choices=STORIES,
        default="main",
        help="main: train, deploy, redeploy (default); history: a card's fourth "
        "payment in ten minutes",
    )
    chosen = parser.parse_args().story
    started_seconds = time.monotonic()
    say(bold(f"$ {COMMAND} &"))
    try:
        with contextlib.ExitStack() as ending:
            account = ending.enter_context(local_account())
            for name, value in account.variables.items():
                say(bold(f"$ export {name}={value}"))
            variables = {**os.environ, **account.variables}
            if chosen == "history":
                # Its environment's settings do not stay in this folder.
                directory = ending.enter_context(copied())
                variables["PYTHONPATH"] = str(directory)
                ending.enter_context(contextlib.chdir(directory))
            else:
                os.chdir(ROOT)
            terminal = Terminal(variables)
            STORIES[chosen](terminal)
            left = count_what_is_left(account)
    except (CommandFailedError, LocalAccountError, StoryError) as error:
        say(f"\nerror: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped; local AWS and all it started have ended.")
        return 130
    total_seconds = time.monotonic() - started_seconds
    say(f"\n{bold('How long each part took')}")
    for part, seconds in terminal.part_seconds.items():
        say(f"  {seconds:5.1f} s  {part}")
    say(f"  {total_seconds:5.1f} s  in all")
    say(f"\n{bold('What is left, asked through the AWS API')}")
    for kind, names in left.items():
        say(f"  {len(names):3d}  {kind}" + (f": {', '.join(names)}" if names else ""))
    return 1 if any(left.values()) else 0


def count_what_is_left(account: LocalAccount) -> dict[str, list[str]]:
    """Return what the account and local AWS's process tree still hold."""
    return {
        **remaining(account.variables),
        "child processes": still_running(child_processes(account.pid)),
    }


if __name__ == "__main__":
    sys.exit(main())
