"""Print a command as the reader would type it, run it, show what it says."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

WIDTH_COLUMNS = 80

# A stack event as the CDK CLI prints it: name | 3/9 | time | status | type | id.
_EVENT = re.compile(
    r"^\s*[\w-]+ \|\s*(?P<count>\d+(?:/\d+)?)\s*\| [^|]+\| (?P<status>\w+)\s*"
    r"\| (?P<type>[\w:]+)\s*\| (?P<rest>.*)$"
)
# What the CDK CLI says of its own work, and npm of its settings.
_NOISE = re.compile(
    r": (start|success): (Build|Built|Publish)|^npm (warn|notice)|creating Cloud"
    r"|\.ExportsOutput|^Stack ARN|^arn:aws[\w-]*:cloudformation|^✨|: deploying\.\.\."
    r"|^Outputs:$"
)


class CommandFailedError(Exception):
    """A command of the story ended with a status other than zero."""


@dataclass
class Terminal:
    """Runs the story's commands and keeps how long each part took."""

    environment: Mapping[str, str]
    part_seconds: dict[str, float] = field(default_factory=dict)
    _part: str = ""
    _started_seconds: float = 0.0

    def part(self, title: str) -> None:
        """Close the part before and open the next one."""
        self.close_part()
        self._part, self._started_seconds = title, time.monotonic()
        say(f"\n{bold(f'{len(self.part_seconds) + 1}. {title}')}")

    def close_part(self) -> None:
        """Note how long the open part took."""
        if self._part:
            self.part_seconds[self._part] = time.monotonic() - self._started_seconds
            self._part = ""

    def run(self, command: str, *, show: bool = True) -> str:
        """Print ``command``, run it in a shell, show and return what it prints.

        With `show` false the caller shows what matters of it.

        Raises
        ------
        CommandFailedError
            The command ended with a status other than zero.
        """
        say(bold(f"$ {command}"))
        process = subprocess.Popen(  # noqa: S602 (the commands are the story's own)
            command,
            shell=True,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        lines = []
        with process:
            for line in process.stdout or ():
                lines.append(line.rstrip("\n"))
                for shown in readable(lines[-1]) if show else ():
                    say(shown)
        if process.returncode != 0:
            raise CommandFailedError(
                f"'{command}' ended with status {process.returncode}; "
                "what it said stands above."
            )
        return "\n".join(lines)


def readable(line: str) -> Iterator[str]:
    """Yield what is shown of one line of output: stack events short, no noise.

    Examples
    --------
    >>> list(readable("s | 2/9 | 4:20:01 PM | CREATE_COMPLETE | AWS::S3::Bucket | D"))
    ['  2/9 CREATE_COMPLETE AWS::S3::Bucket D']
    >>> list(readable("s | 1 | 4:20:01 PM | CREATE_IN_PROGRESS | AWS::S3::Bucket | D"))
    []
    """
    event = _EVENT.match(line)
    if event and event["status"].endswith("_IN_PROGRESS"):
        return
    if event:
        line = "{count} {status} {type} {rest}".format(**event.groupdict())
        line = line[: WIDTH_COLUMNS - 2]
    if line.strip() and not _NOISE.search(line):
        yield f"  {line.rstrip()}"


def bold(text: str) -> str:
    """Return ``text`` emphasised on a terminal, as it is elsewhere."""
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


def say(text: str) -> None:
    """Print at once, so that progress is seen also through a pipe."""
    print(text, flush=True)
