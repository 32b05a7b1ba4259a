"""The part of JSONPath that batch transform's filters may use.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = re.compile(r"\.([A-Za-z_][\w-]*|\*)")
BRACKETS = re.compile(r"\.?\[([^\]]*)\]")
QUOTED = re.compile(r"\s*'([^']*)'\s*")
INDEX = re.compile(r"\s*(-?\d+)\s*")
SLICE = re.compile(r"\s*(-?\d*)\s*:\s*(-?\d*)\s*")


class JsonPathError(Exception):
    """A path that is not supported, or that selects what is not there."""


@dataclass(frozen=True)
class Wildcard:
    """All elements."""

    def take(self, value: Any) -> Any:  # noqa: ANN401  (JSON is any value)
        """Return them as a list."""
        return list(value.values() if isinstance(value, dict) else value)


@dataclass(frozen=True)
class Names:
    """Attributes of an object."""

    names: tuple[str, ...]

    def take(self, value: Any) -> Any:  # noqa: ANN401
        """Return the value of one, or an object of several."""
        if len(self.names) == 1:
            return value[self.names[0]]
        return {name: value[name] for name in self.names}


@dataclass(frozen=True)
class Indexes:
    """Elements of a list."""

    indexes: tuple[int | slice, ...]

    def take(self, value: list[Any]) -> Any:  # noqa: ANN401
        """Return the value of one index, or a list for several or a slice."""
        first = self.indexes[0]
        if len(self.indexes) == 1 and isinstance(first, int):
            return value[first]
        taken: list[Any] = []
        for index in self.indexes:
            taken += value[index] if isinstance(index, slice) else [value[index]]
        return taken


Step = Wildcard | Names | Indexes


@dataclass(frozen=True)
class JsonPath:
    """A parsed path: what to take, from the root on."""

    text: str
    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, text: str) -> JsonPath:
        """Return the steps of a path.

        Raises
        ------
        JsonPathError
            If SageMaker does not support it.
        """
        if not text.startswith("$"):
            message = f"expected a JSONPath that begins with $, got {text!r}"
            raise JsonPathError(message)
        return cls(text, tuple(_steps(text)))

    @property
    def is_root(self) -> bool:
        """Whether it selects everything."""
        return not self.steps

    @property
    def has_names(self) -> bool:
        """Whether it asks for attributes, which CSV has none of."""
        return any(isinstance(step, Names) for step in self.steps)

    def select(self, value: Any) -> Any:  # noqa: ANN401
        """Return the part of a JSON value.

        Raises
        ------
        JsonPathError
            If there is no such part.
        """
        for step in self.steps:
            try:
                value = step.take(value)
            except (KeyError, IndexError, TypeError) as error:
                message = f"the path {self.text} selects nothing of a record"
                raise JsonPathError(message) from error
        return value


def _steps(text: str) -> Iterator[Step]:
    position = 1
    while position < len(text):
        if match := NAME.match(text, position):
            yield Wildcard() if match[1] == "*" else Names((match[1],))
        elif match := BRACKETS.match(text, position):
            yield _bracket(match[1], text)
        else:
            message = f"the path {text!r} is not supported from {text[position:]!r} on"
            raise JsonPathError(message)
        position = match.end()


def _bracket(inside: str, text: str) -> Step:
    if inside.strip() == "*":
        return Wildcard()
    names = [QUOTED.fullmatch(part) for part in inside.split(",")]
    if all(names):
        return Names(tuple(match[1] for match in names if match))
    return Indexes(tuple(_index(part, text) for part in inside.split(",")))


def _index(part: str, text: str) -> int | slice:
    if match := INDEX.fullmatch(part):
        return int(match[1])
    if match := SLICE.fullmatch(part):
        start = int(match[1]) if match[1] else None
        # The guide counts the end in: `$[1:4]` is the second to the fifth.
        end = int(match[2]) + 1 if match[2] else None
        return slice(start, end or None)
    message = f"the path {text!r} has {part.strip()!r} in brackets, which is no index"
    raise JsonPathError(message)
