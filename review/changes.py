"""What a deployment would do to each resource, against the last version."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from review.assembly import Templates
from review.schemas import create_only_properties

Effect = Literal["none", "add", "update", "replace", "remove", "remove, keep"]


@dataclass(frozen=True)
class Change:
    """A resource and what happens to it."""

    stack: str
    logical_id: str
    type: str
    effect: Effect
    properties: tuple[str, ...]


def changes(before: Templates, after: Templates) -> list[Change]:
    """Compare templates by stack name; every resource appears once."""
    found = []
    for stack in sorted(before.keys() | after.keys()):
        old = before.get(stack, {}).get("Resources", {})
        new = after.get(stack, {}).get("Resources", {})
        replaced = _replaced(old, new)
        found += [
            _change(stack, logical_id, old.get(logical_id), new.get(logical_id))
            if logical_id not in replaced
            else Change(
                stack,
                logical_id,
                new[logical_id]["Type"],
                "replace",
                replaced[logical_id],
            )
            for logical_id in dict.fromkeys((*new, *old))
        ]
    return found


def _replaced(old: dict[str, Any], new: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return resources that CloudFormation makes anew, and because of what.

    A resource is replaced when a property changes that its schema calls create-only,
    which is also the case when it names a resource that is itself replaced.
    """
    replaced: dict[str, tuple[str, ...]] = {}
    while True:
        more: dict[str, tuple[str, ...]] = {}
        for logical_id in old.keys() & new.keys() - replaced.keys():
            before, after = old[logical_id], new[logical_id]
            if before["Type"] != after["Type"]:
                more[logical_id] = ("Type",)
                continue
            touched = {
                name
                for name in create_only_properties(after["Type"])
                if _differs(before, after, name)
                or _names_any(after.get("Properties", {}).get(name), replaced)
            }
            if touched:
                more[logical_id] = tuple(sorted(touched))
        if not more:
            return replaced
        replaced |= more


def _change(
    stack: str, logical_id: str, old: dict[str, Any] | None, new: dict[str, Any] | None
) -> Change:
    if new is None and old is not None:
        kept = old.get("DeletionPolicy") == "Retain"
        effect: Effect = "remove, keep" if kept else "remove"
        return Change(stack, logical_id, old["Type"], effect, ())
    assert new is not None  # noqa: S101 -- one of the two is there
    if old is None:
        return Change(stack, logical_id, new["Type"], "add", ())
    names = old.get("Properties", {}).keys() | new.get("Properties", {}).keys()
    touched = tuple(sorted(name for name in names if _differs(old, new, name)))
    effect = "update" if touched else "none"
    return Change(stack, logical_id, new["Type"], effect, touched)


def _differs(old: dict[str, Any], new: dict[str, Any], name: str) -> bool:
    before, after = (item.get("Properties", {}).get(name) for item in (old, new))
    return json.dumps(before, sort_keys=True) != json.dumps(after, sort_keys=True)


def _names_any(value: Any, logical_ids: dict[str, tuple[str, ...]]) -> bool:  # noqa: ANN401
    text = json.dumps(value)
    return any(
        f'{{"Ref": "{name}"}}' in text or f'{{"Fn::GetAtt": ["{name}",' in text
        for name in logical_ids
    )
