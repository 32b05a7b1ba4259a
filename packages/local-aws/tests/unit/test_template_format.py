"""Templates of a wrong form are refused before anything is made."""

import json
from typing import Any

import pytest
from local_aws.cloudformation import plan
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.intrinsics import Scope
from local_aws.cloudformation.template import parse

P = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}


def template(**sections: Any) -> dict[str, Any]:
    return {"Resources": {"P": P}, **sections}


def resource(**members: Any) -> dict[str, Any]:
    return {"Resources": {"P": {**P, **members}}}


def output(value: object, **sections: Any) -> dict[str, Any]:
    return template(Outputs={"O": {"Value": value}}, **sections)


NESTED: Any = json.loads("[" * 500 + "]" * 500)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "At least one Resources member"),
        ({"Resources": [1]}, r"\[/Resources\] expected a map"),
        ({"Resources": {"P": [1]}}, r"\[/Resources/P\] expected a map"),
        ({"Resources": {"P": {}}}, "must contain a Type member"),
        ({"Resources": {"My-P": P}}, "Resource name My-P is non alphanumeric"),
        (
            {"Resources": {f"P{number}": P for number in range(501)}},
            "Number of resources, 501, is greater than maximum allowed, 500",
        ),
        (
            template(Resurces={}),
            r"Invalid template property or properties \[Resurces\]",
        ),
        (template(AWSTemplateFormatVersion="2020-01-01"), "AWSTemplateFormatVersion"),
        (template(Transform="AWS::Serverless-2016-10-31"), "transform AWS::Serverless"),
        (template(Transform=["AWS::Include"]), "transform AWS::Include"),
        (template(Outputs={"O": {}}), "must contain a Value object"),
        (output(None), r"\[/Outputs/O/Value\] 'null' values"),
        (template(Outputs={"O": {"Value": "x", "Condition": "A"}}), "dependency A"),
        (template(Parameters={"A": {}}), "must contain a Type member"),
        (template(Parameters={"A": {"Type": "Frob"}}), "parameter type: Frob"),
        (
            template(Parameters={"A": {"Type": "String", "AllowedPattern": "["}}),
            "is no regular expression",
        ),
        (
            template(Conditions={"A": {"Condition": "B"}, "B": {"Condition": "A"}}),
            r"circular condition dependency between \[A, B\]",
        ),
        (template(Conditions={"A": {"Fn::Frob": [1]}}), "support Fn::Frob"),
        (resource(Propertes={}), "resource property 'Propertes'"),
        (resource(Properties=[1]), r"\[/Resources/P/Properties\] expected a map"),
        (resource(Properties={"Fn::Transform": {}}), "support Fn::Transform"),
        (resource(Properties={"Value": NESTED}), "nested deeper than"),
        (resource(DeletionPolicy="Keep"), "DeletionPolicy must be one of"),
        (resource(UpdateReplacePolicy="RetainExceptOnCreate"), "UpdateReplacePolicy"),
        (resource(CreationPolicy={}), "does not apply the CreationPolicy of P"),
        (resource(UpdatePolicy={}), "does not apply the UpdatePolicy of P"),
        (resource(DependsOn="Q"), r"Unresolved resource dependencies \[Q\]"),
        (resource(DependsOn=["P"]), r"Circular dependency between resources: \[P\]"),
        (resource(Properties={"Value": {"Ref": "P"}}), "Circular dependency"),
        (resource(Condition="A"), "Unresolved condition dependency A"),
        (
            {"Resources": {"Fn::ForEach::Loop": ["I", ["a"], {"P${I}": P}]}},
            "support Fn::ForEach::Loop",
        ),
    ],
)
def test_a_wrong_form_is_refused_with_the_member(
    given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        parse(json.dumps(given))


def test_depth_without_end_is_refused() -> None:
    with pytest.raises(ValidationError, match="nested too deeply"):
        parse('{"Resources":' + "[" * 100_000 + "]" * 100_000 + "}")


@pytest.mark.parametrize(
    "text",
    [
        "Resources:\n  P: &a\n    Type: AWS::S3::Bucket\n  Q: *a\n",
        "A: &a [x, x]\nB: &b [*a, *a]\nResources:\n  P:\n    Type: AWS::S3::Bucket\n",
    ],
)
def test_aliases_are_refused_as_in_aws(text: str) -> None:
    with pytest.raises(ValidationError, match="YAML aliases are not allowed"):
        parse(text)


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate", "Delete"])
def test_policies_of_deletion_are_taken(policy: str) -> None:
    assert parse(json.dumps(resource(DeletionPolicy=policy)))


CONDITIONS = {"No": {"Fn::Equals": ["a", "b"]}}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (output({"Fn::Select": [-1, ["a"]]}), "nonexistent value at index -1"),
        (output({"Fn::Select": ["x", ["a"]]}), "Fn::Select does not take"),
        (output({"Fn::Join": ["-", "abc"]}), "Fn::Join does not take"),
        (output({"Fn::Join": ["-"]}), "Fn::Join does not take"),
        (output({"Fn::If": ["No"]}), "Fn::If does not take"),
        (output({"Fn::FindInMap": ["A"]}), "Fn::FindInMap does not take"),
        (output({"Fn::GetAtt": ["P"]}), "Fn::GetAtt does not take"),
        (output({"Fn::Base64": {"Ref": "P"}, "Other": 1}), "beside other members"),
        (
            {
                "Conditions": CONDITIONS,
                "Resources": {"P": P, "Q": {**P, "Condition": "No"}},
                "Outputs": {"O": {"Value": {"Ref": "Q"}}},
            },
            r"Unresolved resource dependencies \[Q\]",
        ),
        (template(Conditions={"A": {"Fn::Equals": ["a"]}}), "Fn::Equals does not take"),
    ],
)
def test_functions_used_wrongly_are_found_before_anything_is_made(
    given: dict[str, Any], message: str
) -> None:
    parsed = parse(json.dumps(given))
    with pytest.raises(ValidationError, match=message):
        plan.check_functions(parsed, Scope(parsed, {}))


def test_what_a_condition_leaves_out_may_be_referred_to_where_it_is_not_used() -> None:
    chosen = {"Fn::If": ["No", {"Ref": "Q"}, "nothing"]}
    given = {
        "Conditions": CONDITIONS,
        "Resources": {"P": P, "Q": {**P, "Condition": "No"}},
        "Outputs": {
            "O": {"Value": chosen},
            "Left": {"Value": {"Ref": "Q"}, "Condition": "No"},
        },
    }
    parsed = parse(json.dumps(given))
    plan.check_functions(parsed, Scope(parsed, {}))
