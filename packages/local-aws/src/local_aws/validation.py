"""Requests that AWS refuses before it does anything: by the API's own model.

botocore's model has each member's pattern, length and values; its client checks none of
the patterns, and moto checks few, so a job that AWS would never take ran here.
"""

import re
from collections.abc import Iterator
from typing import Any

from botocore.model import (
    ListShape,
    MapShape,
    OperationModel,
    Shape,
    StructureShape,
)

#: New instance types come faster than new botocores.
OPEN_VALUES = re.compile(r"(?i).*instancetype$")


def violations(operation: OperationModel, request: Any) -> list[str]:  # noqa: ANN401
    """Return what an operation's model refuses of a request, in AWS's words."""
    if operation.input_shape is None:
        return []
    return list(_violations(operation.input_shape, request, ""))


def message(found: list[str]) -> str:
    """Return the message of a ValidationException."""
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: {'; '.join(found)}"


def _violations(shape: Shape, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401
    if value is None:
        return
    kind: str = shape.type_name
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        yield from _of_structure(shape, value, path)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        yield from _of_size(shape, len(value), path, value)
        for index, one in enumerate(value, start=1):
            yield from _violations(shape.member, one, f"{path}.{index}.member")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        yield from _of_size(shape, len(value), path, value)
        for key, one in value.items():
            yield from _violations(shape.key, key, path)
            yield from _violations(shape.value, one, f"{path}.{key}")
    elif kind == "string":
        yield from _of_text(shape, str(value), path)
    elif kind in {"integer", "long"} and isinstance(value, int):
        yield from _of_size(shape, value, path, value)


def _of_structure(
    shape: StructureShape, value: dict[str, Any], path: str
) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield _violation("null", f"{path}.{name}", "Member must not be null")
    for name, one in value.items():
        if name in shape.members:
            yield from _violations(shape.members[name], one, f"{path}.{name}")


def _of_text(shape: Shape, text: str, path: str) -> Iterator[str]:
    yield from _of_size(shape, len(text), path, text)
    values = shape.metadata.get("enum")
    if values and text not in values and not OPEN_VALUES.fullmatch(path):
        yield _violation(
            text, path, f"Member must satisfy enum value set: [{', '.join(values)}]"
        )
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, text):
        yield _violation(
            text, path, f"Member must satisfy regular expression pattern: {pattern}"
        )


def _of_size(shape: Shape, size: int, path: str, value: Any) -> Iterator[str]:  # noqa: ANN401
    what = "length" if shape.type_name in {"string", "list", "map"} else "value"
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield _violation(
            value, path, f"Member must have {what} greater than or equal to {least}"
        )
    if most is not None and size > most:
        yield _violation(
            value, path, f"Member must have {what} less than or equal to {most}"
        )


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text, re.DOTALL) is not None
    except re.error:
        return True  # written for Java; Python cannot read it


def _violation(value: Any, path: str, constraint: str) -> str:  # noqa: ANN401
    names = [name[0].lower() + name[1:] for name in path.strip(".").split(".") if name]
    return (
        f"Value '{value}' at '{'.'.join(names)}' failed to satisfy constraint: "
        f"{constraint}"
    )
