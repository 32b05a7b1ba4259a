"""Findings of the security rules that are accepted, each on one resource."""

import json
from typing import Any

from aws_cdk import Acknowledgment, CfnResource, Validations
from constructs import IConstruct


def accept(construct: IConstruct, rule: str, reason: str) -> None:
    """Accept what a cdk-nag rule finds on one resource, for a reviewer's reason.

    ``construct`` is the resource or the construct whose default child it is; nothing
    is ever accepted for a whole stack.
    """
    resource = (
        construct
        if CfnResource.is_cfn_resource(construct)
        else construct.node.default_child
    )
    assert isinstance(resource, CfnResource)  # noqa: S101 -- narrows a jsii type
    Validations.of(resource).acknowledge(Acknowledgment(id=rule, reason=reason))


def flat(value: Any) -> str:  # noqa: ANN401 -- template JSON
    """Write a resolved template value as cdk-nag names it in a finding."""
    match value:
        case str():
            return value
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::ImportValue": name}:
            return flat(name)
        case {"Fn::Join": [delimiter, parts]}:
            return str(delimiter).join(flat(part) for part in parts)
        case _:
            return json.dumps(value, separators=(",", ":"))
