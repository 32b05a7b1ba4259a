"""What of a Dockerfile can be had without Docker: copied files, and what is run.

A Dockerfile with one build context, `COPY` of files and whole folders, and an
`ENTRYPOINT` in its JSON form is understood; instructions that need Docker, such as
`RUN`, are left out.
"""

from __future__ import annotations

import json
import re
import shutil
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

_CONTINUED = re.compile(r"\\\s*\n")
_COPY = re.compile(r"^COPY\s+(?!--from)(\S+)\s+(\S+)\s*$", re.MULTILINE)
_ENTRYPOINT = re.compile(r"^ENTRYPOINT\s+(\[.*\])\s*$", re.MULTILINE)


class DockerfileError(Exception):
    """A Dockerfile that cannot be followed without Docker."""


def stage(dockerfile: Path, context: Path, directory: Path) -> list[str]:
    """Copy what a Dockerfile copies; return its entry point.

    `<Dockerfile>.dockerignore` decides what of the context there is to copy.

    Raises
    ------
    DockerfileError
        If the Dockerfile is missing, copies nothing, or has no entry point.
    """
    text = _read(dockerfile)
    ignore = _read(dockerfile.with_name(f"{dockerfile.name}.dockerignore"))
    rules = [
        line.strip()
        for line in ignore.splitlines()
        if line.strip() and not line.startswith("#")
    ]
    entry_point = _ENTRYPOINT.search(text)
    copies = _COPY.findall(text)
    if not entry_point or not copies:
        message = (
            f"{dockerfile.name}: expected COPY instructions and an ENTRYPOINT in its "
            "JSON form, which is what can be run without Docker"
        )
        raise DockerfileError(message)
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


def _files(context: Path, source: str, rules: list[str]) -> list[Path]:
    top = context / source
    candidates = [top] if top.is_file() else sorted(top.rglob("*"))
    return [
        path
        for path in candidates
        if path.is_file()
        and not is_ignored(PurePosixPath(path.relative_to(context)), rules)
    ]


def _read(path: Path) -> str:
    try:
        return _CONTINUED.sub(" ", path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        message = f"{path.name}: expected it in {path.parent}, found no such file"
        raise DockerfileError(message) from error
