"""CloudFormation's functions and conditions."""

from typing import Any

import pytest
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.intrinsics import Resolver, Scope


class Resources:
    def ref(self, logical_id: str) -> str:
        return f"id-of-{logical_id}"

    def attribute(self, logical_id: str, name: str) -> object:
        return f"{name}-of-{logical_id}"


@pytest.fixture
def resolver() -> Resolver:
    template = {
        "Mappings": {"Registry": {"us-east-1": {"Account": "683313688378"}}},
        "Conditions": {
            "IsProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]},
            "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
        },
    }
    names = {"AWS::Region": "us-east-1", "Env": "dev", "Zones": ["a", "b"]}
    return Resolver(Scope(template, names, {"theirs": "exported"}), Resources())


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"Ref": "Env"}, "dev"),
        ({"Ref": "Bucket"}, "id-of-Bucket"),
        ({"Fn::GetAtt": ["Role", "Arn"]}, "Arn-of-Role"),
        ({"Fn::GetAtt": "Role.Arn"}, "Arn-of-Role"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Env"}]]}, "a-dev"),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::Select": ["1", {"Ref": "Zones"}]}, "b"),
        ({"Fn::Sub": "${Env}/${Role.Arn}/${!Kept}"}, "dev/Arn-of-Role/${Kept}"),
        ({"Fn::Sub": ["${X}-${Env}", {"X": {"Ref": "Bucket"}}]}, "id-of-Bucket-dev"),
        (
            {"Fn::FindInMap": ["Registry", {"Ref": "AWS::Region"}, "Account"]},
            "683313688378",
        ),
        ({"Fn::If": ["IsProd", 3, 1]}, 1),
        ({"Fn::ImportValue": "theirs"}, "exported"),
        ({"Fn::Base64": "a"}, "YQ=="),
        ({"Fn::ToJsonString": {"a": {"Ref": "Env"}}}, '{"a": "dev"}'),
        ({"Kept": 1, "Gone": {"Ref": "AWS::NoValue"}}, {"Kept": 1}),
        ([1, {"Fn::If": ["IsProd", 2, {"Ref": "AWS::NoValue"}]}], [1]),
    ],
)
def test_functions(resolver: Resolver, expression: object, value: Any) -> None:
    assert resolver.resolve(expression) == value


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ({"Condition": "IsDev"}, True),
        ({"Fn::And": [{"Condition": "IsDev"}, {"Condition": "IsProd"}]}, False),
        ({"Fn::Or": [{"Condition": "IsDev"}, {"Condition": "IsProd"}]}, True),
        ({"Fn::Equals": [True, "true"]}, True),
        ({"Fn::Contains": [["1", "2"], {"Ref": "Env"}]}, False),
    ],
)
def test_conditions(resolver: Resolver, expression: object, *, holds: bool) -> None:
    assert resolver.test(expression) is holds


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ({"Fn::ImportValue": "nobody's"}, "No export named nobody's found"),
        ({"Fn::FindInMap": ["Registry", "mars-1", "Account"]}, "Registry::mars-1"),
        ({"Fn::Cidr": []}, "does not support Fn::Cidr"),
        ({"Fn::If": ["IsMoon", 1, 2]}, "IsMoon"),
    ],
)
def test_what_cannot_be_resolved_is_named(
    resolver: Resolver, expression: object, message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        resolver.resolve(expression)
