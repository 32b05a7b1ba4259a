"""What an update would change, found before anything is changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.intrinsics import Resolver, Scope
from local_aws.cloudformation.resources import immutable_properties
from local_aws.cloudformation.stack import Change, Resource, Stack
from local_aws.cloudformation.template import Template, order

UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"


@dataclass(frozen=True)
class PlannedResources:
    """Resources as they will be: those to be made have no ids yet."""

    existing: Mapping[str, Resource]
    made_anew: set[str]

    def ref(self, logical_id: str) -> str:
        """Return the physical id, or that it is not known yet."""
        if logical_id in self.made_anew or logical_id not in self.existing:
            return f"{UNKNOWN}{logical_id}"
        return self.existing[logical_id].physical.id

    def attribute(self, logical_id: str, name: str) -> object:
        """Return the attribute, or that it is not known yet."""
        if logical_id in self.made_anew or logical_id not in self.existing:
            return f"{UNKNOWN}{logical_id}.{name}"
        return self.existing[logical_id].physical.attributes.get(name, UNKNOWN)


@dataclass(frozen=True)
class DeclaredResources:
    """Resources of a template by their names, those left out whose condition fails."""

    active: frozenset[str]

    def ref(self, logical_id: str) -> str:
        """Return that the physical id is not known yet."""
        if logical_id not in self.active:
            raise ValidationError(
                "Template format error: Unresolved resource dependencies "
                f"[{logical_id}]: its condition does not hold"
            )
        return f"{UNKNOWN}{logical_id}"

    def attribute(self, logical_id: str, name: str) -> object:
        """Return that the attribute is not known yet."""
        return f"{self.ref(logical_id)}.{name}"


def check_functions(template: Template, scope: Scope) -> None:
    """Evaluate all that will be made, so that what is wrong is found before.

    Raises
    ------
    ValidationError
        If a function is used wrongly, or refers to a resource that is not made.
    """
    conditions = Resolver(scope, DeclaredResources(frozenset()))
    for name in template.get("Conditions", {}):
        conditions.condition(name)
    resources = template["Resources"]
    active = frozenset(
        name for name, one in resources.items() if is_active(one, conditions)
    )
    resolver = Resolver(scope, DeclaredResources(active))
    for name in active:
        resolver.resolve(resources[name].get("Properties", {}))
    for output in template.get("Outputs", {}).values():
        if is_active(output, resolver):
            resolver.resolve(output["Value"])


def is_active(declaration: Mapping[str, Any], resolver: Resolver) -> bool:
    """Return whether a resource's condition holds, if it has one."""
    condition = declaration.get("Condition")
    return condition is None or resolver.condition(condition)


def changed_properties(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the names of the top-level properties that differ."""
    names = sorted(old.keys() | new.keys())
    return tuple(name for name in names if old.get(name) != new.get(name))


def must_replace(existing: Resource, new_type: str, changed: tuple[str, ...]) -> bool:
    """Return whether changed properties need a new resource in place of the old."""
    if existing.type != new_type:
        return True
    immutable = immutable_properties(new_type)
    if immutable is None:
        return any(name != "Tags" for name in changed)
    return not immutable.isdisjoint(changed)


def changes(stack: Stack, template: Template, scope: Scope) -> list[Change]:
    """Return what an update of a stack to a template would change, in order."""
    result: list[Change] = []
    made_anew: set[str] = set()
    resolver = Resolver(scope, PlannedResources(stack.resources, made_anew))
    active = set()
    for logical_id in order(template):
        declaration = template["Resources"][logical_id]
        if not is_active(declaration, resolver):
            continue
        active.add(logical_id)
        properties = resolver.resolve(declaration.get("Properties", {}))
        kind = declaration["Type"]
        existing = stack.resources.get(logical_id)
        if existing is None:
            made_anew.add(logical_id)
            result.append(Change("Add", logical_id, kind))
            continue
        changed = changed_properties(existing.properties, properties)
        if not changed and existing.type == kind:
            continue
        replaced = must_replace(existing, kind, changed)
        if replaced:
            made_anew.add(logical_id)
        result.append(
            Change(
                "Modify",
                logical_id,
                kind,
                existing.physical.id,
                "True" if replaced else "False",
                changed,
            )
        )
    result += [
        Change("Remove", logical_id, resource.type, resource.physical.id)
        for logical_id, resource in stack.resources.items()
        if logical_id not in active
    ]
    return result
