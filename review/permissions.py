"""Every role's statements, and the wildcards that nobody has answered for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cdk_app.constructs.findings import flat
from cdk_app.wildcards import reason_for
from review.assembly import Finding, Templates

_POLICY = "AWS::IAM::ManagedPolicy"
_ROLE = "AWS::IAM::Role"
_CHECK = "IAM"
_LOOKUP = re.compile(r'{"Fn::FindInMap":\["(\w+)",{[^}]*},"(\w+)"\]}')


@dataclass(frozen=True)
class Statement:
    """One statement of a policy that a role of ours has."""

    stack: str
    policy: str
    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: str


def statements(templates: Templates) -> list[Statement]:
    """Return the statements of every policy in the templates."""
    return [
        Statement(
            stack=stack,
            policy=logical_id,
            sid=item.get("Sid", ""),
            actions=tuple(_strings(item["Action"])),
            resources=tuple(_strings(item["Resource"])),
            condition=_condition(item.get("Condition", {})),
        )
        for stack, logical_id, properties in _resources(templates, _POLICY)
        for item in properties["PolicyDocument"]["Statement"]
    ]


def open_wildcards(templates: Templates) -> list[Finding]:
    """Return wildcards without a listed reason, inline and ready-made policies."""
    found = [
        Finding(_CHECK, "wildcard", f"{item.stack}/{item.policy}", _wildcard(item))
        for item in statements(templates)
        if any("*" in action for action in item.actions)
        or any(
            "*" in resource and reason_for(item.sid, resource) is None
            for resource in item.resources
        )
    ]
    for stack, logical_id, properties in _resources(templates, _ROLE):
        where = f"{stack}/{logical_id}"
        if properties.get("Policies"):
            found.append(
                Finding(
                    _CHECK,
                    "inline-policy",
                    where,
                    "expected customer-managed policies only, got an inline one; "
                    "inline policies are attached after the role",
                )
            )
        found += [
            Finding(
                _CHECK,
                "aws-managed-policy",
                where,
                f"expected a policy of this template, got {flat(arn)}; name the "
                "actions and resources instead",
            )
            for arn in properties.get("ManagedPolicyArns", [])
            if not (isinstance(arn, dict) and "Ref" in arn)
        ]
    return found


def _wildcard(item: Statement) -> str:
    return (
        f"expected actions and resources by name in statement {item.sid!r}, got "
        f"{', '.join(item.actions)} on {', '.join(item.resources)}; name them, or give "
        "AWS's reason in cdk_app/wildcards.py"
    )


def _resources(
    templates: Templates, type_: str
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for stack, template in templates.items():
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] == type_:
                yield stack, logical_id, resource["Properties"]


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401 -- template JSON
    for item in value if isinstance(value, list) else [value]:
        yield _LOOKUP.sub(r"<\1.\2>", flat(item))


def _condition(condition: dict[str, dict[str, Any]]) -> str:
    return "; ".join(
        f"{operator} {key} = {', '.join(_strings(value))}"
        for operator, entries in condition.items()
        for key, value in entries.items()
    )
