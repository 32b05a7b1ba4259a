"""What a build specification says, as far as it is about container images.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

import argparse
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Template
from typing import Any, NoReturn

import yaml  # type: ignore[import-untyped]

PHASES = ("install", "pre_build", "build", "post_build")
_LOGIN = re.compile(r"aws ecr get-login-password.*\|\s*docker login\b.*", re.DOTALL)


class BuildError(Exception):
    """A build that fails; the message is for its log."""


@dataclass(frozen=True)
class Login:
    """`docker login` with the password of ECR: everybody is let in here."""


@dataclass(frozen=True)
class Build:
    """`docker build`.

    Attributes
    ----------
    words
        The whole command.
    """

    words: tuple[str, ...]
    dockerfile: str
    context: str
    tag: str


@dataclass(frozen=True)
class Push:
    """`docker push`."""

    tag: str


Step = Login | Build | Push


def read(text: str, variables: Mapping[str, str]) -> tuple[list[Step], dict[str, str]]:
    """Return a build's steps, and the variables that its commands see.

    Raises
    ------
    BuildError
        If it is no specification, or says more than is understood here.
    """
    try:
        specification = yaml.safe_load(text)
        own = {k: str(v) for k, v in _part(specification, "env", "variables").items()}
        phases = _part(specification, "phases")
    except (yaml.YAMLError, AttributeError) as error:
        raise BuildError(f"buildspec: expected YAML with phases, got {error}") from None
    seen = {**own, **variables}
    commands = [
        str(command)
        for name in PHASES
        for command in _part(phases, name).get("commands", [])
    ]
    return [step for command in commands for step in _steps(command, seen)], seen


def _part(document: Any, *names: str) -> dict[str, Any]:  # noqa: ANN401
    for name in names:
        document = document.get(name) or {}
    found: dict[str, Any] = document
    return found


def _steps(command: str, variables: Mapping[str, str]) -> Iterator[Step]:
    if _LOGIN.fullmatch(command):
        yield Login()
        return
    try:
        words = shlex.split(Template(command).substitute(variables))
    except (KeyError, ValueError) as error:
        raise BuildError(f"{command}: {error} is not set or not understood") from None
    match words:
        case ["set" | "echo" | "export", *_]:
            return
        case ["docker", "build", *arguments]:
            found, _ = _parser().parse_known_args(arguments)
            yield Build(tuple(words), found.file, arguments[-1], found.tag)
        case ["docker", "push", *_, tag]:
            yield Push(tag)
        case _:
            raise BuildError(
                f"{command}: local AWS runs docker build, docker push and the login "
                "to ECR in a build, and nothing else"
            )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BuildError(f"docker build: {message}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("--file", "-f", default="Dockerfile")
    parser.add_argument("--tag", "-t", required=True)
    return parser
