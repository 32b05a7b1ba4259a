"""The part of JSONPath that batch transform's filters may use.

`jsonpath_ng` reads and follows the paths. SageMaker differs in three things: the end of
a slice is counted in, a list in brackets may mix indexes and slices, and several
attributes make an object.
https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from jsonpath_ng import Child, Fields, Index, JSONPath, Root, Slice
from jsonpath_ng.exceptions import JSONPathError as UnreadableError
from jsonpath_ng.jsonpath import Wildcard
from jsonpath_ng.parser import parse

SUPPORTED = (Root, Child, Fields, Index, Slice, Wildcard)
#: `$[0,5:]`: what is before, in, and after the brackets.
MIXED = re.compile(r"([^\[]*)\[([-\d\s,:]*,[-\d\s,:]*)\](.*)")
#: `$[name]`, which `jsonpath_ng` would take.
BARE_NAME = re.compile(r"\[\s*([A-Za-z_]\w*)\s*\]")


class JsonPathError(Exception):
    """A path that is not supported, or that selects what is not there."""


@dataclass(frozen=True)
class JsonPath:
    """A path, as several that each select a part where brackets mix them.

    Attributes
    ----------
    text
        As it was given.
    """

    text: str
    paths: tuple[JSONPath, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return a path ready to select.

        Raises
        ------
        JsonPathError
            If SageMaker does not support it.
        """
        if not text.startswith("$"):
            raise JsonPathError(f"expected a JSONPath that begins with $, got {text!r}")
        plain = text.replace(".[", "[")
        if bare := BARE_NAME.search(plain):
            raise JsonPathError(f"the path {text!r} needs quotes around {bare[1]}")
        mixed = MIXED.fullmatch(plain)
        parts = (
            [f"{mixed[1]}[{one}]{mixed[3]}" for one in mixed[2].split(",")]
            if mixed and ":" in mixed[2]
            else [plain]
        )
        try:
            paths = [parse(part) for part in parts]
        except UnreadableError as error:
            raise JsonPathError(
                f"the path {text!r} is not supported: {error}"
            ) from None
        for step in (step for path in paths for step in _steps(path)):
            if not isinstance(step, SUPPORTED):
                raise JsonPathError(f"the path {text!r} is not supported from {step}")
        return cls(text, tuple(_with_ends(path) for path in paths))

    @property
    def is_root(self) -> bool:
        """Whether it selects everything."""
        return isinstance(self.paths[0], Root)

    @property
    def has_names(self) -> bool:
        """Whether it asks for attributes, which CSV has none of."""
        steps = [step for path in self.paths for step in _steps(path)]
        return any(isinstance(step, Fields) and step.fields != ("*",) for step in steps)

    def select(self, value: Any) -> Any:  # noqa: ANN401  (JSON is any value)
        """Return the part of a JSON value: one, a list, or an object of attributes.

        Raises
        ------
        JsonPathError
            If there is no such part.
        """
        try:
            found = [match for path in self.paths for match in path.find(value)]
        except (KeyError, IndexError, TypeError):
            found = []
        *_, last = _steps(self.paths[0])
        names = last.fields if isinstance(last, Fields) else ()
        wanted = len(names) or 1
        if len(found) < wanted:
            raise JsonPathError(f"the path {self.text} selects nothing of a record")
        values = [match.value for match in found]
        if wanted > 1:
            return dict(zip(names, values, strict=True))
        return values if len(self.paths) > 1 or self._selects_many else values[0]

    @property
    def _selects_many(self) -> bool:
        return any(
            isinstance(step, Slice | Wildcard)
            or (isinstance(step, Index) and len(step.indices) > 1)
            or (isinstance(step, Fields) and step.fields == ("*",))
            for step in _steps(self.paths[0])
        )


def _steps(path: JSONPath) -> Iterator[JSONPath]:
    if isinstance(path, Child):
        yield from _steps(path.left)
        yield from _steps(path.right)
    else:
        yield path


def _with_ends(path: JSONPath) -> JSONPath:
    """Return a path whose slices count their end in: `$[1:4]` is 2nd to 5th."""
    if isinstance(path, Child):
        return Child(_with_ends(path.left), _with_ends(path.right))
    if isinstance(path, Slice) and path.end is not None:
        return Slice(path.start, path.end + 1 or None, path.step)
    return path
