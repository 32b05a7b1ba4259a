"""Command: ``python -m demo`` tells the main job on this machine."""

import argparse
import os
import sys
import time
from pathlib import Path

from demo.leftovers import child_processes, remaining, still_running
from demo.local_account import COMMAND, LocalAccount, LocalAccountError, local_account
from demo.story import StoryError, tell
from demo.terminal import CommandFailedError, Terminal, bold, say

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Tell the story; return 0 when it came out as told and nothing is left."""
    argparse.ArgumentParser(
        prog="python -m demo",
        description="From data to a live SageMaker endpoint and back to nothing, "
        "through the real CDK CLI, SageMaker SDK and boto3, on local AWS.",
    ).parse_args()
    os.chdir(ROOT)
    started_seconds = time.monotonic()
    say(bold(f"$ {COMMAND} &"))
    try:
        with local_account() as account:
            for name, value in account.variables.items():
                say(bold(f"$ export {name}={value}"))
            terminal = Terminal({**os.environ, **account.variables})
            tell(terminal)
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
