"""What CloudFormation refuses of a template's form, before anything is made.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from local_aws.cloudformation.errors import ValidationError

VERSION = "2010-09-09"
SECTIONS = frozenset(
    {
        *("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters"),
        *("Rules", "Mappings", "Conditions", "Transform", "Resources", "Outputs"),
        "Hooks",
    }
)
#: What local AWS knows of it (Fn::ToJsonString, defaults of Fn::FindInMap) needs no
#: transform; what it does not know is refused by name.
NEEDLESS_TRANSFORMS = frozenset({"AWS::LanguageExtensions"})
RESOURCE_MEMBERS = frozenset(
    {
        *("Type", "Properties", "DependsOn", "Condition", "Metadata", "Version"),
        *("DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy"),
    }
)
POLICIES = {
    "DeletionPolicy": {"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"},
    "UpdateReplacePolicy": {"Delete", "Retain", "Snapshot"},
}
PARAMETER_TYPE = re.compile(
    r"String|Number|CommaDelimitedList|List<(Number|String|AWS::[\w:]+)>"
    r"|AWS::[\w:]+(<[\w:<>]+>)?"
)
MAPS = ("Parameters", "Mappings", "Conditions", "Rules", "Resources", "Outputs")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
LIMITS = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
#: How deep members may be nested; AWS does not say where it ends.
MAX_DEPTH = 100
FUNCTIONS = frozenset(
    f"Fn::{name}"
    for name in (
        *("And", "Or", "Not", "Equals", "Contains", "If", "GetAtt", "Sub", "Join"),
        *("Split", "Select", "FindInMap", "ImportValue", "GetAZs", "Base64"),
        "ToJsonString",
    )
)


def check(template: object) -> None:
    """Refuse a template whose form is wrong.

    Raises
    ------
    ValidationError
        Naming the member, in AWS's words where they are known.
    """
    if not isinstance(template, dict) or not template.get("Resources"):
        raise _format_error("At least one Resources member must be defined.")
    _check_values(template)
    _check_sections(template)
    for logical_id, resource in template["Resources"].items():
        _check_resource(logical_id, resource, template)
    for name, parameter in template.get("Parameters", {}).items():
        _check_parameter(name, parameter)
    for name, output in template.get("Outputs", {}).items():
        _check_output(name, output, template)
    for name in template.get("Conditions", {}):
        _check_acyclic(template["Conditions"], name, ())


def _check_sections(template: Mapping[str, Any]) -> None:
    if unknown := sorted(map(str, template.keys() - SECTIONS)):
        raise ValidationError(
            f"Invalid template property or properties [{', '.join(unknown)}]"
        )
    if template.get("AWSTemplateFormatVersion", VERSION) != VERSION:
        raise _format_error(
            f"unsupported value for AWSTemplateFormatVersion, expected {VERSION}."
        )
    _check_transforms(template.get("Transform", []))
    for section in MAPS:
        _check_mapping(template.get(section, {}), f"/{section}")
        count, limit = len(template.get(section, {})), LIMITS.get(section)
        if limit is not None and count > limit:
            raise _format_error(
                f"Number of {section.lower()}, {count}, is greater than maximum "
                f"allowed, {limit}"
            )


def _check_output(name: str, output: object, template: Mapping[str, Any]) -> None:
    _check_mapping(output, f"/Outputs/{name}")
    assert isinstance(output, dict)  # noqa: S101  (for the type checker)
    if "Value" not in output:
        raise _format_error(
            f"[/Outputs/{name}] Every Outputs member must contain a Value object"
        )
    _check_condition(output, template, "Outputs")


def _format_error(text: str) -> ValidationError:
    return ValidationError(f"Template format error: {text}")


def _check_mapping(value: object, path: str) -> None:
    if not isinstance(value, dict):
        raise _format_error(f"[{path}] expected a map, got {type(value).__name__}.")


def _check_values(template: Mapping[str, Any]) -> None:
    """Refuse nulls, depth without end, and functions that are not supported."""
    pending: list[tuple[str, object, int]] = [("", template, 0)]
    while pending:
        path, value, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise _format_error(f"members are nested deeper than {MAX_DEPTH}.")
        if value is None and not path.startswith("/Metadata"):
            raise _format_error(f"[{path}] 'null' values are not allowed in templates")
        if isinstance(value, dict):
            for key, one in value.items():
                if str(key).startswith("Fn::") and key not in FUNCTIONS:
                    raise ValidationError(
                        f"Template error: local AWS does not support {key}, at "
                        f"[{path}]."
                    )
                pending.append((f"{path}/{key}", one, depth + 1))
        elif isinstance(value, list):
            pending += [
                (f"{path}/{number}", one, depth + 1) for number, one in enumerate(value)
            ]


def _check_transforms(declared: object) -> None:
    names = declared if isinstance(declared, list) else [declared]
    for name in names:
        if name not in NEEDLESS_TRANSFORMS:
            raise ValidationError(
                f"Template error: local AWS does not support the transform {name}."
            )


def _check_resource(
    logical_id: str, resource: object, template: Mapping[str, Any]
) -> None:
    path = f"/Resources/{logical_id}"
    if not str(logical_id).isalnum() or not str(logical_id).isascii():
        raise _format_error(f"Resource name {logical_id} is non alphanumeric.")
    _check_mapping(resource, path)
    assert isinstance(resource, dict)  # noqa: S101  (for the type checker)
    if unknown := sorted(resource.keys() - RESOURCE_MEMBERS):
        raise ValidationError(f"Invalid template resource property '{unknown[0]}'")
    if not isinstance(resource.get("Type"), str):
        raise _format_error(
            f"[{path}] Every Resources object must contain a Type member."
        )
    _check_mapping(resource.get("Properties", {}), f"{path}/Properties")
    for name, allowed in POLICIES.items():
        if resource.get(name, "Delete") not in allowed:
            raise _format_error(
                f"[{path}] {name} must be one of {', '.join(sorted(allowed))}, got "
                f"{resource[name]!r}."
            )
    for name in ("CreationPolicy", "UpdatePolicy"):
        if name in resource:
            raise ValidationError(
                f"Template error: local AWS does not apply the {name} of {logical_id}."
            )
    needed = resource.get("DependsOn", [])
    names = [needed] if isinstance(needed, str) else needed
    if missing := [name for name in names if name not in template["Resources"]]:
        raise _format_error(
            f"Unresolved resource dependencies [{', '.join(map(str, missing))}] in the "
            "Resources block of the template"
        )
    if logical_id in names:
        raise ValidationError(f"Circular dependency between resources: [{logical_id}]")
    _check_condition(resource, template, "Resources")


def _check_condition(
    member: Mapping[str, Any], template: Mapping[str, Any], section: str
) -> None:
    name = member.get("Condition")
    if name is not None and name not in template.get("Conditions", {}):
        raise _format_error(
            f"Unresolved condition dependency {name} in the {section} block of the "
            "template"
        )


def _check_parameter(name: str, parameter: object) -> None:
    path = f"/Parameters/{name}"
    _check_mapping(parameter, path)
    assert isinstance(parameter, dict)  # noqa: S101  (for the type checker)
    kind = parameter.get("Type")
    if not isinstance(kind, str):
        raise _format_error(
            f"[{path}] Every Parameters object must contain a Type member."
        )
    if not PARAMETER_TYPE.fullmatch(kind):
        raise _format_error(f"[{path}] Unrecognized parameter type: {kind}")
    try:
        re.compile(str(parameter.get("AllowedPattern", "")))
    except re.error as error:
        raise _format_error(
            f"[{path}/AllowedPattern] is no regular expression ({error})."
        ) from error


def _check_acyclic(
    conditions: Mapping[str, object], name: str, above: tuple[str, ...]
) -> None:
    if name in above:
        raise ValidationError(
            "Template error: Found circular condition dependency between "
            f"[{', '.join(above[above.index(name) :])}]"
        )
    for other in _conditions_in(conditions.get(name)):
        _check_acyclic(conditions, other, (*above, name))


def _conditions_in(expression: object) -> Iterator[str]:
    if isinstance(expression, list):
        for one in expression:
            yield from _conditions_in(one)
    elif isinstance(expression, dict):
        for key, one in expression.items():
            if key == "Condition" and isinstance(one, str):
                yield one
            else:
                yield from _conditions_in(one)
