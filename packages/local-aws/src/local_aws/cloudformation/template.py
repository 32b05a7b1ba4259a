"""Templates: text to a checked dictionary, and what depends on what."""

import graphlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml  # type: ignore[import-untyped]

from local_aws.cloudformation import template_format
from local_aws.cloudformation.errors import ValidationError

Template = dict[str, Any]

SUB_REFERENCE = re.compile(r"\$\{([^!}][^}]*)\}")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML with CloudFormation's short forms of functions, and dates left as text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if "timestamp" not in tag]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def _short_form(loader: Any, suffix: str, node: yaml.Node) -> dict[str, object]:  # noqa: ANN401
    value: object
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def parse(text: str) -> Template:
    """Return a template as a dictionary.

    Raises
    ------
    ValidationError
        If it is neither JSON nor YAML, or its form is wrong, or it refers to what it
        does not declare, or depends on itself.
    """
    try:
        template: Template = json.loads(text)
    except json.JSONDecodeError:
        template = _yaml(text)
    except RecursionError as error:
        raise ValidationError("Template format error: nested too deeply.") from error
    template_format.check(template)
    _check_references(template)
    order(template)
    return template


def _yaml(text: str) -> Any:  # noqa: ANN401
    try:
        for event in yaml.parse(text, Loader=_Loader):
            # A few of them make gigabytes of a few lines.
            if isinstance(event, yaml.AliasEvent):
                raise ValidationError(
                    "Template error: YAML aliases are not allowed in CloudFormation "
                    "templates"
                )
        return yaml.load(text, Loader=_Loader)  # noqa: S506  (a safe loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValidationError(
            f"Template format error: neither JSON nor YAML ({error})."
        ) from error


def references(value: object) -> Iterator[str]:
    """Yield the names that a value refers to by Ref, Fn::GetAtt and Fn::Sub."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        if key == "Ref":
            yield str(item)
        elif key == "Fn::GetAtt" and item:
            yield str(item[0] if isinstance(item, list) else item).split(".")[0]
        elif key == "Fn::Sub":
            yield from _sub_references(item)
        else:
            yield from references(item)


def _sub_references(item: str | list[Any]) -> Iterator[str]:
    if not isinstance(item, str) and len(item) != 2:  # noqa: PLR2004
        raise ValidationError(
            "Template error: Fn::Sub takes a text, or a list of a text and a map."
        )
    text, variables = (item, {}) if isinstance(item, str) else item
    yield from references(variables)
    for name in SUB_REFERENCE.findall(str(text)):
        if name not in variables:
            yield name.split(".")[0]


def dependencies(template: Mapping[str, Any], logical_id: str) -> set[str]:
    """Return the resources that a resource needs before it."""
    resource = template["Resources"][logical_id]
    explicit = resource.get("DependsOn", [])
    names = {explicit} if isinstance(explicit, str) else set(explicit)
    names |= set(references(resource.get("Properties", {})))
    return names & (set(template["Resources"]) - {logical_id})


def order(template: Mapping[str, Any]) -> list[str]:
    """Return the resources' logical ids, each after those that it needs."""
    graph = {name: dependencies(template, name) for name in template["Resources"]}
    try:
        return list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        cycle = ", ".join(dict.fromkeys(error.args[1]))
        raise ValidationError(
            f"Circular dependency between resources: [{cycle}]"
        ) from error


def _check_references(template: Template) -> None:
    for name, resource in template["Resources"].items():
        if name in references(resource.get("Properties", {})):
            raise ValidationError(f"Circular dependency between resources: [{name}]")
    known = template["Resources"].keys() | template.get("Parameters", {}).keys()
    for section in ("Resources", "Outputs"):
        unknown = sorted(
            name
            for name in set(references(template.get(section, {})))
            if name not in known and not name.startswith("AWS::")
        )
        if unknown:
            raise ValidationError(
                f"Template format error: Unresolved resource dependencies "
                f"[{', '.join(unknown)}] in the {section} block of the template"
            )
