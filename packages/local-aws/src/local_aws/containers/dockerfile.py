"""An image of one's own: what a Dockerfile copies and starts, without Docker.

A Dockerfile with one build context, `COPY` of files and whole folders, `ENV`, `WORKDIR`
and an `ENTRYPOINT` in its JSON form is understood; instructions that need Docker, such
as `RUN`, are left out.
"""

import json
import os
import re
import shlex
import shutil
import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Self

from local_aws.containers.container import (
    ContainerDirectory,
    LaunchError,
    ServingLaunch,
    TrainingLaunch,
)
from local_aws.processes import Command

_COMMENT = re.compile(r"^\s*#.*\n", re.MULTILINE)
_CONTINUED = re.compile(r"\\\s*\n")
_COPY = re.compile(r"^COPY\s+(?!--)(\S+)\s+(\S+)\s*$", re.MULTILINE)
_ENTRYPOINT = re.compile(r"^ENTRYPOINT\s+(\[.*\])\s*$", re.MULTILINE)
_ENV = re.compile(r"^ENV\s+(.+)$", re.MULTILINE)
_WORKDIR = re.compile(r"^WORKDIR\s+(\S+)\s*$", re.MULTILINE)
#: Of this machine, whatever the image says.
_NOT_TAKEN = {"PATH", "HOME", "PYTHONPATH"}


class ImageOptionError(ValueError):
    """An `--image` option that cannot be understood; the message says why."""


@dataclass(frozen=True)
class DockerfileImage:
    """What stands for the images of a repository.

    Attributes
    ----------
    repository
        Name of the repository; `*` matches any characters.
    directory
        Build context.
    dockerfile
        Path of the Dockerfile.
    arguments
        Further arguments of the container, after `serve`.
    """

    repository: str
    directory: Path
    dockerfile: Path
    arguments: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the image of an option.

        `REPOSITORY=DIRECTORY[,dockerfile=PATH][,arguments=ARGUMENTS]`; the Dockerfile
        is found in the directory, or at a path below it.

        Raises
        ------
        ImageOptionError
            If it has another form, or there is no such Dockerfile.
        """
        repository, separator, rest = text.partition("=")
        place, *settings = rest.split(",")
        given = dict(one.partition("=")[::2] for one in settings)
        if not separator or not repository or not place or given.keys() - _SETTINGS:
            raise ImageOptionError(
                "expected REPOSITORY=DIRECTORY[,dockerfile=PATH]"
                f"[,arguments=ARGUMENTS], got {text!r}"
            )
        directory = Path(place).resolve()
        dockerfile = directory / given.get("dockerfile", "Dockerfile")
        if not dockerfile.is_file():
            raise ImageOptionError(
                f"expected a Dockerfile at {dockerfile}, found none; name it with "
                f"{repository}={place},dockerfile=PATH"
            )
        arguments = tuple(shlex.split(given.get("arguments", "")))
        return cls(repository, directory, dockerfile, arguments)

    def serve(self, launch: ServingLaunch) -> Command:
        """Return the command that serves a model, as `docker run IMAGE serve` does.

        Raises
        ------
        LaunchError
            If the Dockerfile cannot be followed.
        """
        # SageMaker's variable of containers that share a host; so do all of them here.
        # https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-create.html
        port = {"SAGEMAKER_BIND_TO_PORT": str(launch.port)}
        environment = {**launch.environment, **port}
        return self._command(launch.container, environment, "serve", *self.arguments)

    def train(self, launch: TrainingLaunch) -> Command:
        """Return the command that trains, as `docker run IMAGE train` does.

        Raises
        ------
        LaunchError
            If the Dockerfile cannot be followed.
        """
        return self._command(launch.container, dict(launch.environment), "train")

    def _command(
        self, container: ContainerDirectory, variables: dict[str, str], *arguments: str
    ) -> Command:
        text = _read(self.dockerfile)
        [*_, work_directory] = ["/", *_WORKDIR.findall(text)]
        program = container.root / "image" / work_directory.lstrip("/")
        program.mkdir(parents=True, exist_ok=True)
        first, *rest = stage(self.dockerfile, self.directory, program)
        own = {
            name: container.rewrite(value)
            for name, value in _variables(text).items()
            if name not in _NOT_TAKEN
        }
        environment = {
            **own,
            **variables,
            "PYTHONPATH": str(program) + os.pathsep + variables["PYTHONPATH"],
        }
        interpreter = sys.executable if re.fullmatch(r"python[\d.]*", first) else first
        return Command([interpreter, *rest, *arguments], environment, program)


_SETTINGS = {"dockerfile", "arguments"}


def stage(dockerfile: Path, context: Path, directory: Path) -> list[str]:
    """Copy what a Dockerfile copies; return its entry point.

    `<Dockerfile>.dockerignore`, else `.dockerignore` of the context, decides what of
    the context there is to copy.

    Raises
    ------
    LaunchError
        If the Dockerfile is missing, copies nothing, or has no entry point.
    """
    text = _read(dockerfile)
    rules = _ignore_rules(dockerfile, context)
    entry_point = _ENTRYPOINT.search(text)
    copies = _COPY.findall(text)
    if not entry_point or not copies:
        raise LaunchError(
            f"{dockerfile.name}: expected COPY instructions and an ENTRYPOINT in its "
            "JSON form, which is what can be run without Docker"
        )
    for source, target in copies:
        for path in _files(context, source, rules):
            inner = path.relative_to(context / source)
            destination = directory / target / inner
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, destination)
    return [str(argument) for argument in json.loads(entry_point[1])]


def is_ignored(path: PurePosixPath, rules: list[str]) -> bool:
    """Return whether a file of the context is left out: the last match decides.

    A rule matches a file, or a folder and with it all that is in it; `*` stops at a
    slash, a leading `**/` matches at any depth. https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    ignored = False
    for rule in rules:
        pattern = PurePosixPath(rule.removeprefix("!")).parts
        starts = range(len(path.parts)) if pattern[0] == "**" else range(1)
        wanted = pattern[1:] if pattern[0] == "**" else pattern
        if any(_matches(path.parts[start:], wanted) for start in starts):
            ignored = not rule.startswith("!")
    return ignored


def _matches(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    return len(pattern) <= len(parts) and all(
        fnmatchcase(part, wanted) for part, wanted in zip(parts, pattern, strict=False)
    )


def _ignore_rules(dockerfile: Path, context: Path) -> list[str]:
    own = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    path = own if own.is_file() else context / ".dockerignore"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _files(context: Path, source: str, rules: list[str]) -> list[Path]:
    top = context / source
    candidates = [top] if top.is_file() else sorted(top.rglob("*"))
    return [
        path
        for path in candidates
        if path.is_file()
        and not is_ignored(PurePosixPath(path.relative_to(context)), rules)
    ]


def _variables(text: str) -> dict[str, str]:
    pairs = [pair for line in _ENV.findall(text) for pair in shlex.split(line)]
    return dict(pair.partition("=")[::2] for pair in pairs if "=" in pair)


def _read(path: Path) -> str:
    try:
        return _CONTINUED.sub(" ", _COMMENT.sub("", path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise LaunchError(
            f"{path.name}: expected it in {path.parent}, found no such file"
        ) from error
