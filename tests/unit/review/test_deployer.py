import pytest

from review.deployer import deployment_policy


def policy(*types: str) -> dict[str, dict[str, list[str]]]:
    template = {
        "Resources": {f"R{index}": {"Type": name} for index, name in enumerate(types)}
    }
    document = deployment_policy({"stack": template})
    return {item["Sid"]: item for item in document["Statement"]}


def test_actions_are_those_of_the_templates_types() -> None:
    sagemaker = policy("AWS::SageMaker::Endpoint")["Sagemaker"]
    assert {
        "sagemaker:CreateEndpoint",
        "sagemaker:DescribeEndpoint",
        "sagemaker:UpdateEndpoint",
        "sagemaker:DeleteEndpoint",
    } <= set(sagemaker["Action"])
    assert "sagemaker:CreateModel" not in sagemaker["Action"]
    assert "arn:aws:sagemaker:*:*:endpoint/fraud-*" in sagemaker["Resource"]


def test_services_that_the_templates_do_not_use_are_left_out() -> None:
    """The bucket's schema also names S3 Tables, for a property that is not set."""
    assert set(policy("AWS::S3::Bucket")) == {"S3", "Iam"}


def test_only_actions_without_a_resource_are_allowed_on_everything() -> None:
    wide = policy("AWS::KMS::Key", "AWS::S3::Bucket")["WithoutResource"]
    assert wide["Action"] == ["kms:CreateKey"]


def test_whoever_creates_an_endpoint_with_a_key_may_grant_its_use_to_aws() -> None:
    assert "KmsGrants" not in policy("AWS::SageMaker::EndpointConfig")
    encrypted = {
        "Type": "AWS::SageMaker::EndpointConfig",
        "Properties": {"KmsKeyId": "key"},
    }
    document = deployment_policy({"stack": {"Resources": {"Config": encrypted}}})
    (grant,) = (one for one in document["Statement"] if one["Sid"] == "KmsGrants")
    assert grant["Action"] == ["kms:CreateGrant"]
    assert grant["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_scaling_may_make_its_service_linked_role() -> None:
    iam = policy("AWS::ApplicationAutoScaling::ScalableTarget")["Iam"]
    assert any("aws-service-role" in resource for resource in iam["Resource"])


def test_unknown_service_has_to_be_added() -> None:
    with pytest.raises(KeyError, match="sqs"):
        policy("AWS::SQS::Queue")
