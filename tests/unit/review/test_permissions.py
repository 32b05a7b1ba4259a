from typing import Any

import pytest

from review.permissions import open_wildcards, statements


def templates(
    statement: dict[str, Any], role: dict[str, Any] | None = None
) -> dict[str, dict[str, Any]]:
    return {
        "stack": {
            "Resources": {
                "Policy": {
                    "Type": "AWS::IAM::ManagedPolicy",
                    "Properties": {"PolicyDocument": {"Statement": [statement]}},
                },
                "Role": {
                    "Type": "AWS::IAM::Role",
                    "Properties": {
                        "ManagedPolicyArns": [{"Ref": "Policy"}],
                        **(role or {}),
                    },
                },
            }
        }
    }


NARROW = {"Sid": "Read", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/key"}


def rules(found: dict[str, dict[str, Any]]) -> list[str]:
    return [finding.rule for finding in open_wildcards(found)]


def test_named_actions_and_resources_are_fine() -> None:
    assert rules(templates(NARROW)) == []


def test_wildcard_resource_without_a_listed_reason_is_a_finding() -> None:
    wide = {**NARROW, "Resource": ["arn:aws:s3:::b/key", "arn:aws:s3:::b/*"]}
    (finding,) = open_wildcards(templates(wide))
    assert finding.rule == "wildcard"
    assert finding.resource == "stack/Policy"
    assert "s3:GetObject on arn:aws:s3:::b/key, arn:aws:s3:::b/*" in finding.message
    assert "cdk_app/wildcards.py" in finding.message


def test_wildcard_resource_with_a_listed_reason_is_fine() -> None:
    login = {
        "Sid": "LogInToRegistry",
        "Action": "ecr:GetAuthorizationToken",
        "Resource": "*",
    }
    assert rules(templates(login)) == []


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:aws:s3:::*",
        "stack:ExportDataBucketArn/*/model.tar.gz",
        "stack:ExportArtifactsBucketArn/*",
    ],
)
def test_a_listed_reason_excuses_no_wider_wildcard(resource: str) -> None:
    listed = "stack:ExportArtifactsBucketArn/*/model.tar.gz"
    statement = {**NARROW, "Sid": "ReadArtifacts"}
    assert rules(templates({**statement, "Resource": listed})) == []
    both = {**statement, "Resource": [listed, resource]}
    assert rules(templates(both)) == ["wildcard"]


def test_no_reason_excuses_a_wildcard_action() -> None:
    wide = {"Sid": "LogInToRegistry", "Action": ["ecr:*"], "Resource": "arn"}
    assert rules(templates(wide)) == ["wildcard"]


def test_wildcard_inside_a_reference_is_found() -> None:
    joined = {"Fn::Join": ["", [{"Fn::ImportValue": "bucket"}, "/*"]]}
    assert rules(templates({**NARROW, "Resource": joined})) == ["wildcard"]


def test_inline_policy_is_a_finding() -> None:
    assert rules(templates(NARROW, {"Policies": [{"PolicyName": "inline"}]})) == [
        "inline-policy"
    ]


def test_ready_made_policy_is_a_finding() -> None:
    arn = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
    found = open_wildcards(templates(NARROW, {"ManagedPolicyArns": [arn]}))
    assert [finding.rule for finding in found] == ["aws-managed-policy"]
    assert "AmazonSageMakerFullAccess" in found[0].message


def test_statements_are_readable() -> None:
    (item,) = statements(
        templates(
            {
                "Sid": "PutMetrics",
                "Action": "cloudwatch:PutMetricData",
                "Resource": "*",
                "Condition": {"StringEquals": {"cloudwatch:namespace": "ours"}},
            }
        )
    )
    assert item.actions == ("cloudwatch:PutMetricData",)
    assert item.resources == ("*",)
    assert item.condition == "StringEquals cloudwatch:namespace = ours"
