"""Who refers to whom in a template."""

from collections.abc import Iterator
from typing import Any


def references(value: Any) -> Iterator[str]:
    """Yield the logical ids that a part of a template refers to."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref":
                yield inner
            elif key == "Fn::GetAtt":
                yield inner[0]
            else:
                yield from references(inner)


def affected_by(template: dict[str, Any], name: str) -> set[str]:
    """Return the resources whose properties change with a parameter, transitively."""
    affected = {name}
    while True:
        more = {
            logical_id
            for logical_id, resource in template["Resources"].items()
            if affected & set(references(resource.get("Properties", {})))
        } - affected
        if not more:
            return affected - {name}
        affected |= more
