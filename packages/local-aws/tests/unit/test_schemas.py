"""Properties that CloudFormation does not have are refused, wherever they stand."""

from typing import Any

import pytest
from local_aws.cloudformation import resources, schemas
from local_aws.cloudformation.resources.base import REGISTRY

TRUST: dict[str, Any] = {"AssumeRolePolicyDocument": {"Statement": []}}


def problems(resource_type: str, properties: dict[str, Any]) -> list[str]:
    return schemas.problems(resource_type, properties, "us-east-1")


@pytest.mark.parametrize(
    ("resource_type", "properties", "problem"),
    [
        ("AWS::S3::Bucket", {"BuckeName": "x"}, "#: extraneous key [BuckeName]"),
        (
            "AWS::S3::Bucket",
            {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "Prefx": ""}]}},
            "#/LifecycleConfiguration/Rules/0: extraneous key [Prefx]",
        ),
        (
            "AWS::SageMaker::EndpointConfig",
            {"ProductionVariants": [{"VariantName": "x", "ModelNme": "m"}]},
            "#/ProductionVariants/0: extraneous key [ModelNme]",
        ),
        ("AWS::SNS::Subscription", {"TopicArn": "x"}, "required key [Protocol]"),
        ("AWS::IAM::Role", {**TRUST, "Tag": []}, "extraneous key [Tag]"),
    ],
)
def test_a_misspelt_or_missing_name_is_found(
    resource_type: str, properties: dict[str, Any], problem: str
) -> None:
    assert any(
        one.startswith(problem) or problem in one
        for one in problems(resource_type, properties)
    )


@pytest.mark.parametrize(
    ("resource_type", "properties"),
    [
        # Keys that are a user's own, text for numbers, and documents.
        ("AWS::SSM::Parameter", {"Type": "String", "Value": "1", "Tags": {"a": "b"}}),
        ("AWS::Logs::LogGroup", {"RetentionInDays": "7"}),
        ("AWS::IAM::Role", {**TRUST, "Tags": [{"Key": "a", "Value": "b"}]}),
        ("Custom::Anything", {"ServiceToken": "x", "Mine": 1}),
        ("AWS::CDK::Metadata", {"Analytics": "x"}),
    ],
)
def test_what_aws_takes_is_taken(
    resource_type: str, properties: dict[str, Any]
) -> None:
    assert problems(resource_type, properties) == []


@pytest.mark.parametrize("resource_type", sorted(REGISTRY))
def test_a_handler_names_properties_that_its_type_has(resource_type: str) -> None:
    registration = REGISTRY[resource_type]
    schema = schemas._schema(resource_type, "us-east-1")
    if not schema:
        assert resource_type.startswith(("Custom::", "AWS::CDK::"))
        return
    assert registration.applies is None or registration.applies <= set(
        schema["properties"]
    )
    if registration.immutable is not None:
        assert registration.immutable <= set(schema["properties"])


def test_what_only_moto_knows_is_replaced_as_the_schema_says() -> None:
    immutable = resources.immutable_properties("AWS::SQS::Queue")
    assert immutable == frozenset({"FifoQueue", "QueueName"})


def test_a_type_may_be_missing_in_a_region() -> None:
    assert schemas.known("AWS::Budgets::Budget", "us-east-1")
    assert not schemas.known("AWS::Budgets::Budget", "eu-central-2")
