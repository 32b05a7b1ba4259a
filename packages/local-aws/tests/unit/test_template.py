"""Templates are parsed, checked and ordered as CloudFormation does."""

import json

import pytest
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.template import dependencies, order, parse

BUCKET = {"Type": "AWS::S3::Bucket"}


def test_yaml_short_forms_become_functions() -> None:
    template = parse(
        """
        Resources:
          Policy:
            Type: AWS::S3::BucketPolicy
            Properties:
              Bucket: !Ref Bucket
              Arn: !GetAtt Bucket.Arn
              Text: !Sub "${Bucket}-${AWS::Region}"
              Since: 2010-09-09
          Bucket: {Type: 'AWS::S3::Bucket'}
        """
    )

    assert template["Resources"]["Policy"]["Properties"] == {
        "Bucket": {"Ref": "Bucket"},
        "Arn": {"Fn::GetAtt": ["Bucket", "Arn"]},
        "Text": {"Fn::Sub": "${Bucket}-${AWS::Region}"},
        "Since": "2010-09-09",
    }


def test_a_resource_comes_after_all_that_it_refers_to() -> None:
    template = {
        "Resources": {
            "Policy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {"Bucket": {"Ref": "Bucket"}},
            },
            "Last": {**BUCKET, "DependsOn": "Policy"},
            "Bucket": {
                **BUCKET,
                "Properties": {"Name": {"Fn::Sub": ["${Role.Arn}", {}]}},
            },
            "Role": {"Type": "AWS::IAM::Role"},
        }
    }

    assert order(template) == ["Role", "Bucket", "Policy", "Last"]
    assert dependencies(template, "Policy") == {"Bucket"}


def test_variables_of_a_sub_are_no_references() -> None:
    text = json.dumps(
        {
            "Resources": {
                "Bucket": {
                    **BUCKET,
                    "Properties": {"Name": {"Fn::Sub": ["${Mine}", {"Mine": "x"}]}},
                }
            }
        }
    )

    assert order(parse(text)) == ["Bucket"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "At least one Resources member"),
        ("a: [", "neither JSON nor YAML"),
        (
            json.dumps(
                {
                    "Resources": {
                        "A": {**BUCKET, "DependsOn": "A2"},
                        "A2": {**BUCKET, "DependsOn": "A"},
                    }
                }
            ),
            "Circular dependency",
        ),
        (
            json.dumps(
                {
                    "Resources": {
                        "A": {**BUCKET, "Properties": {"X": {"Ref": "Nothing"}}}
                    }
                }
            ),
            r"\[Nothing\] in the Resources block",
        ),
        (
            json.dumps(
                {
                    "Resources": {"A": BUCKET},
                    "Outputs": {"O": {"Value": {"Fn::GetAtt": ["B", "Arn"]}}},
                }
            ),
            r"\[B\] in the Outputs block",
        ),
    ],
)
def test_a_broken_template_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        parse(text)
